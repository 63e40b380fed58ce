// What the command line prints for people: tables, plans, differences, answers. Colour only on a terminal.
import { stripVTControlCharacters, styleText } from "node:util";
import type { Applied, HistoryDetail, PlanView, Verified } from "../../app/contract.ts";
import type { ErrorReport } from "../../app/errors.ts";
import type { Finding } from "../../app/finding.ts";
import type { DifferenceLine, OperationView } from "../../app/plan/operation.ts";
import { typedCommand } from "../../app/plan/shell-quote.ts";

type Format = Parameters<typeof styleText>[0];
export type Paint = (format: Format, text: string) => string;

/** Paints on a terminal that wants colour, else gives the text as it is. */
export function painter(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv = process.env): Paint {
  const coloured = stream.isTTY === true && environment["NO_COLOR"] === undefined && environment["TERM"] !== "dumb";
  return coloured ? (format, text) => styleText(format, text) : (_, text) => text;
}

/** Bytes that a terminal would obey instead of showing are shown. Everything printed may have come from a file. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A table with a heading, columns as wide as their widest cell; "Nothing here." in `empty`'s words without rows. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], empty: string, paint: Paint): string {
  if (rows.length === 0) return `${empty}\n`;
  const clean = rows.map((row) => row.map(printable));
  const width = (text: string): number => stripVTControlCharacters(text).length;
  const widths = headings.map((heading, column) => Math.max(width(heading), ...clean.map((row) => width(row[column] ?? ""))));
  const line = (cells: readonly string[]): string => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd();
  return `${[paint("dim", line(headings)), ...clean.map(line)].join("\n")}\n`;
}

const mark = { error: "✗", warning: "!", information: "i" } as const;
const tint = { error: "red", warning: "yellow", information: "blue" } as const;

export function findingLines(findings: readonly Finding[], paint: Paint): string {
  return findings.map(({ severity, message, hint, code }) =>
    `${paint(tint[severity], mark[severity])} ${printable(message)} ${paint("dim", `[${code}]`)}\n${hint === "" ? "" : `  ${printable(hint)}\n`}`).join("");
}

function operationLines(operation: OperationView, number: number, paint: Paint): string {
  const lines = [`${String(number).padStart(3)}. ${printable(operation.title)}`];
  lines.push(...operation.details.map((detail) => paint("dim", `     ${printable(detail)}`)));
  lines.push(...operation.commands.map((command) => `     ${paint("cyan", printable(typedCommand(command)))}`));
  return `${lines.join("\n")}\n${differenceLines(operation.difference ?? [], "     ", paint)}`;
}

export function differenceLines(difference: readonly DifferenceLine[], indentation: string, paint: Paint): string {
  return difference.map(({ sign, line, text }) => {
    const shown = `${indentation}${sign} ${String(line).padStart(5)}  ${printable(text)}`;
    return `${sign === "+" ? paint("green", shown) : sign === "-" ? paint("red", shown) : paint("dim", shown)}\n`;
  }).join("");
}

export function planText(plan: PlanView, paint: Paint): string {
  if (plan.outcome === "unchanged") return `${paint("green", "✓")} Nothing to do: all is so already.\n${verifiedText(plan.verified, paint)}${findingLines(plan.findings, paint)}`;
  return `${paint("bold", printable(plan.title))}\n\n${plan.operations.map((operation, index) => operationLines(operation, index + 1, paint)).join("")}\n${findingLines(plan.findings, paint)}`;
}

/** One line for each address and name, with the statuses of all requests that were made there; of the root, which only shows that somebody answers, where there was no other. */
export function verifiedText(verified: readonly Verified[], paint: Paint): string {
  const statuses = new Map<string, Set<number>>();
  const asked = new Set(verified.flatMap(({ address, port, path, httpStatus }) => (path !== "/" && httpStatus !== null ? [`${address} ${port}`] : [])));
  for (const { address, port, serverName, thumbprint, protocol, path, httpStatus: answered } of verified) {
    const httpStatus = path === "/" && asked.has(`${address} ${port}`) ? null : answered;
    const where = serverName === null ? `${address.includes(":") ? `[${address}]` : address}:${port}` : `${serverName}:${port}`;
    const line = `${where} ${thumbprint === null ? "answers over plain http" : `presents ${thumbprint} (${protocol})`}`;
    const seen = statuses.get(line) ?? new Set();
    statuses.set(line, httpStatus === null ? seen : seen.add(httpStatus));
  }
  return [...statuses].map(([line, seen]) => `${paint("green", "✓")} ${line}${seen.size === 0 ? "" : `, HTTP ${[...seen].join(", ")}`}\n`).join("");
}

const outcomes = { applied: "Done", unchanged: "Nothing to do: all is so already", undone: "Undone: everything is as it was", planned: "Planned", kept: "Left as it is; put it right by hand" } as const;

export function appliedText({ outcome, title, planId, verified, findings }: Applied, paint: Paint): string {
  return `${paint(["green", "bold"], outcomes[outcome])}. ${printable(title)}\n${verifiedText(verified, paint)}${findingLines(findings, paint)}${outcome === "applied" && !findings.some(({ code }) => code === "private-key-lost") ? paint("dim", `To undo: lockstep history undo ${planId}\n`) : ""}`;
}

const stepMarks = { "pending": "·", "running": "…", "done": "✓", "already": "=", "failed": "✗", "undone": "↶", "not-undone": "✗" } as const;

export function detailText(detail: HistoryDetail, paint: Paint): string {
  const head = `${paint("bold", printable(detail.title))}\n${detail.id}  ${detail.at}  ${printable(detail.by)}  ${detail.outcome}\n\n`;
  const steps = detail.steps.map(({ operation, state }) =>
    `${stepMarks[state]} ${printable(operation.title)}\n${operation.commands.map((command) => `    ${paint("cyan", printable(typedCommand(command)))}\n`).join("")}`).join("");
  const error = detail.error ? `\n${paint("red", printable(detail.error.message))}\n${printable(detail.error.hint)}\n` : "";
  return `${head}${steps}\n${verifiedText(detail.verified, paint)}${error}`;
}

const aftermaths = {
  "untouched": "Nothing was changed.",
  "put-back": "Everything was put back as it was.",
  "not-put-back": "Not everything could be put back; see above.",
} as const;

export function errorText(error: ErrorReport, paint: Paint): string {
  const command = error.command ? `${paint("dim", "Command:")} ${printable(typedCommand(error.command))}\n${printable((error.output ?? "").replace(/\r\n?/g, "\n").trim()).split("\n").map((line) => `  ${line}\n`).join("")}` : "";
  const after = error.code === "usage" ? "" : `${aftermaths[error.aftermath]}\n`;
  return `${paint(["red", "bold"], "✗")} ${printable(error.message)} ${paint("dim", `[${error.code}]`)}\n${command}${printable(error.hint)}\n${after}`;
}
