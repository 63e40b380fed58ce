// How a size is written: bytes where there are few, else kilobytes or megabytes.

/** Takes bytes; a kilobyte has 1024 of them, as in Windows. */
export function formatSize(bytes: number, language: string): string {
  const [value, unit] = bytes < 1024 ? [bytes, "byte"] as const : bytes < 1024 * 1024 ? [bytes / 1024, "kilobyte"] as const : [bytes / (1024 * 1024), "megabyte"] as const;
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short", maximumFractionDigits: unit === "megabyte" ? 1 : 0 }).format(value);
}
