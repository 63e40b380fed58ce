// In what format a certificate is written, whether its key goes with it, and what protects that key.
import type { ConvertRequest } from "../../../app/contract.ts";

export type Format = ConvertRequest["to"];

/** In the order in which they are offered. */
export const formats = ["pfx", "pfx-legacy", "pem", "der"] as const satisfies readonly Format[];

/** `keep` is the password that opened the files, `clear` none at all. */
export type Protection = "keep" | "new" | "clear";

export interface ConvertForm {
  readonly to: Format;
  readonly withoutKey: boolean;
  readonly protection: Protection;
}

export interface Source {
  readonly hasKey: boolean;
  /** A password opened the files. */
  readonly hasPassword: boolean;
}

export const initialForm: ConvertForm = { to: "pfx", withoutKey: false, protection: "keep" };

/** Whether a private key will stand in what is written. DER holds a single certificate and nothing else. */
export const writesKey = ({ to, withoutKey }: ConvertForm, { hasKey }: Source): boolean => hasKey && !withoutKey && to !== "der";

/** What can protect the key, the proposal first; empty where no key is written. A key in the clear is for PEM only. */
export function protectionsFor(form: ConvertForm, source: Source): readonly Protection[] {
  if (!writesKey(form, source)) return [];
  return [...(source.hasPassword ? ["keep" as const] : []), "new", ...(form.to === "pem" ? ["clear" as const] : [])];
}

/** What protects the key as things stand: what was chosen where it can be, else the proposal. Null where no key is written. */
export function protectionOf(form: ConvertForm, source: Source): Protection | null {
  const possible = protectionsFor(form, source);
  return possible.includes(form.protection) ? form.protection : possible[0] ?? null;
}

/** The request without its source. `typed` is the new password, where one was asked for. */
export function convertRequest(form: ConvertForm, source: Source, typed: string | undefined): Omit<ConvertRequest, "source"> {
  const key = writesKey(form, source);
  switch (protectionOf(form, source)) {
    case "keep": return { to: form.to };
    case "new": return { to: form.to, ...(typed !== undefined && { newPassword: typed }) };
    case "clear": return { to: form.to, newPassword: "" };
    // What holds no secret needs no password, not even that of the files it came from.
    case null: return { to: form.to, newPassword: "", ...(source.hasKey && !key && { withoutKey: true }) };
  }
}
