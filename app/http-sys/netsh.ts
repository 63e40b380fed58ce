// netsh http: the argument arrays that change bindings and reservations, and what a refusal means.
import type { Command } from "../machine.ts";
import { significantFlags, type Binding, type BindingFamily } from "./binding.ts";
import type { Explanation } from "./service-control.ts";
import { win32Meaning } from "./win32.ts";

const keyName: Readonly<Record<BindingFamily, string>> = { ip: "ipport", sni: "hostnameport", ccs: "ccs" };
const keyOf = (binding: Pick<Binding, "endpoint" | "family">): string => `${keyName[binding.family]}=${binding.endpoint}`;

/**
 * Adds a record. Flags at their defaults are left out, numbers that are zero above all: Server 2025 refuses those. The
 * store is always named, because an omitted one reads back as "(null)".
 */
export function addBinding(binding: Binding): Command {
  const flags = significantFlags(binding.flags).map(([name, value]) =>
    `${name}=${typeof value === "boolean" ? (value ? "enable" : "disable") : value}`);
  const certificate = binding.thumbprint === null ? [] : [`certhash=${binding.thumbprint}`];
  const store = binding.thumbprint === null ? [] : [`certstorename=${binding.store}`];
  return ["netsh", "http", "add", "sslcert", keyOf(binding), ...certificate, `appid=${binding.applicationId}`, ...store, ...flags];
}

export function deleteBinding(binding: Pick<Binding, "endpoint" | "family">): Command {
  return ["netsh", "http", "delete", "sslcert", keyOf(binding)];
}

/** Adds a reservation. `sddl` rather than `user`: names of accounts are translated, SIDs are not. */
export function addReservation(url: string, sddl: string): Command {
  return ["netsh", "http", "add", "urlacl", `url=${url}`, `sddl=${sddl}`];
}

export function deleteReservation(url: string): Command {
  return ["netsh", "http", "delete", "urlacl", `url=${url}`];
}

const remedies: ReadonlyMap<number, string> = new Map([
  [2, "Compare with `netsh http show sslcert` or `netsh http show urlacl`; it may have been removed meanwhile."],
  [5, "Run Lockstep as administrator."],
  [87, "Check address, port and applicationId; a URL needs its closing slash."],
  [183, "Remove the present one first, or review the change again."],
  [1312, "Import the certificate with its private key into the Personal store of the machine, not of a user."],
  [1332, "Write the account as DOMAIN\\name or as a SID."],
]);

/**
 * The first number that follows a word, a colon and a blank, "…, Error: 183"; a colon in full width needs no blank. The
 * port of an echoed address stands behind its colon without one.
 */
function numberIn(output: string): number | null {
  for (const line of output.split(/\r\n|\n|\r/)) {
    const digits = /\p{L}\s*(?::\s+|：\s*)(\d{1,5})(?!\S)/u.exec(line)?.[1];
    if (digits !== undefined) return Number(digits);
  }
  return null;
}

/** Whether netsh printed how a command is written, in whatever language. */
export const printsUsage = (output: string): boolean => /^\s*\w+:\s*(add|update|delete|show)\s+(sslcert|urlacl|iplisten)\b/imu.test(output);

/**
 * Explains a failed netsh. It ends with 0 or 1 whatever went wrong; the Win32 code stands only in the text, after a
 * colon, in every language; its argument parser prints no number at all.
 */
export function explainNetsh(exitCode: number, output: string): Explanation {
  const code = exitCode === 0 ? 0 : numberIn(output);
  if (code === 0) return { code, reason: "it was accepted", remedy: "Nothing needs to be done." };
  if (code === null) {
    return {
      code,
      reason: printsUsage(output) ? "netsh did not understand the command" : "netsh refused a parameter",
      remedy: "Run the command shown in an elevated prompt of cmd.exe; PowerShell takes the braces of the applicationId away.",
    };
  }
  return { code, reason: win32Meaning(code), remedy: remedies.get(code) ?? `\`net helpmsg ${code}\` says what the number means.` };
}
