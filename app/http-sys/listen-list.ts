// The listen list: the addresses that HTTP.sys listens on at all, for every program of the machine.
import type { Finding } from "../finding.ts";

/** Whether an address is listened on. An empty list means every address; 0.0.0.0 and :: stand for those of their kind. */
export function isListened(listenList: readonly string[], address: string): boolean {
  return listenList.length === 0 || listenList.some((listed) => listed === address || (address.includes(":") ? listed === "::" : listed === "0.0.0.0"));
}

/** What is said of a list that is not empty. */
export function listenFindings(listenList: readonly string[]): readonly Finding[] {
  return listenList.length === 0 ? [] : [{
    code: "listen-list", severity: "warning", message: `HTTP.sys listens only on ${listenList.join(", ")}, whatever bindings and configurations say.`,
    hint: "It holds for every program on this machine. Unless somebody wants it so, empty it: `netsh http delete iplisten address=ADDRESS`.",
  }];
}
