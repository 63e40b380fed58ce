// The note that goes to CorEMR's staff with a public key: what to register, and how to see that it is the right one.
import type { KeyUser } from "./cws-view.ts";
import { groupedLines } from "./fingerprint.ts";

/** Plain ASCII in short lines, for a mail; only the command is as long as it is. `fileName` is that of the PEM file that goes with it. */
export function keyUserNote({ name, keyBits, fingerprint, added, replaces, state, retired }: KeyUser, fileName: string): string {
  const status = state === "retired" ? [`This key was retired on ${(retired ?? "").slice(0, 10)}. Please take it off the list if it is still there.`, ""] : [
    "Please register this public key for the web services (CWS).", "",
  ];
  return [
    `Key user for CorEMR's web services: ${name}`, "",
    ...status,
    `User name:    ${name}`,
    `Public key:   ${fileName} (RSA, ${keyBits} bits, PEM)`,
    `Date:         ${added.slice(0, 10)}`,
    ...replaces === null ? [] : [`Takes over:   from ${replaces}. Please leave that one active until we say`, "              that every client has been switched."],
    "",
    "Fingerprint (SHA-256 over the key in DER), to compare by telephone:", "",
    ...groupedLines(fingerprint).map((line) => `    ${line}`), "",
    "You see the same digits, in small letters and without blanks, with", "",
    `    openssl pkey -pubin -in ${fileName} -outform DER | openssl dgst -sha256`, "",
    "The user name is part of every request, letter by letter; please keep its",
    "capitals. The private key stays with us. Never ask for it, and never accept it.", "",
  ].join("\n");
}
