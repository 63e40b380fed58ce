// The languages that the practice machine's netsh and sc speak, and the names that well-known accounts have in them.
import { z } from "zod";
import { accountName, knownSid } from "../../../app/http-sys/account.ts";

export const languageSchema = z.enum(["en", "de", "fr"]);
export type Language = z.infer<typeof languageSchema>;

/** By SID; English names are those of app/http-sys/account.ts. */
const accountNames: Readonly<Record<Exclude<Language, "en">, ReadonlyMap<string, string>>> = {
  de: new Map([
    ["S-1-1-0", "\\Jeder"], ["S-1-5-11", "NT-AUTORITÄT\\Authentifizierte Benutzer"], ["S-1-5-18", "NT-AUTORITÄT\\SYSTEM"],
    ["S-1-5-19", "NT-AUTORITÄT\\LOKALER DIENST"], ["S-1-5-20", "NT-AUTORITÄT\\NETZWERKDIENST"],
    ["S-1-5-32-544", "VORDEFINIERT\\Administratoren"], ["S-1-5-32-545", "VORDEFINIERT\\Benutzer"],
  ]),
  fr: new Map([
    ["S-1-1-0", "\\Tout le monde"], ["S-1-5-11", "AUTORITE NT\\Utilisateurs authentifiés"], ["S-1-5-18", "AUTORITE NT\\Système"],
    ["S-1-5-19", "AUTORITE NT\\SERVICE LOCAL"], ["S-1-5-20", "AUTORITE NT\\SERVICE RÉSEAU"],
    ["S-1-5-32-544", "BUILTIN\\Administrateurs"], ["S-1-5-32-545", "BUILTIN\\Utilisateurs"],
  ]),
};

/** Service accounts that hold reservations on every Windows; their names are not translated. */
const serviceAccounts: ReadonlyMap<string | null, string> = new Map(["NT SERVICE\\WinRM", "NT SERVICE\\Wecsvc"].map((name) => [knownSid(name), name]));

/** Name of a SID as this Windows shows it; the SID itself when it has no name. */
export function localisedName(sid: string, language: Language): string {
  const english = serviceAccounts.get(sid) ?? accountName(sid);
  return (language === "en" ? undefined : accountNames[language].get(sid)) ?? english;
}

/** SID of a translated name, with or without its domain; null when it is none. */
export function localisedSid(account: string, language: Language): string | null {
  if (language === "en") return null;
  const wanted = account.trim().toLowerCase().replace(/^\\/, "");
  for (const [sid, name] of accountNames[language]) {
    const known = name.toLowerCase().replace(/^\\/, "");
    if (known === wanted || known.slice(known.indexOf("\\") + 1) === wanted) return sid;
  }
  return null;
}
