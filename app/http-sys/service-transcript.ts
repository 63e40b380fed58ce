// What `sc query`, `sc qc` and `netsh http show servicestate` printed, as far as its shape tells in any language.
import type { ServiceState } from "../santedb/instance.ts";
import { knownSid } from "./account.ts";
import { familyOf } from "./binding.ts";
import type { TranscriptRegistration, TranscriptService } from "./http-sys-view.ts";
import type { TranscriptLine } from "./transcript-lines.ts";

/** By the number that sc prints; its English name stands beside it in every language. */
const states: readonly (readonly [name: string, state: ServiceState])[] = [
  ["STOPPED", "stopped"], ["START_PENDING", "start-pending"], ["STOP_PENDING", "stop-pending"], ["RUNNING", "running"],
  ["CONTINUE_PENDING", "continue-pending"], ["PAUSE_PENDING", "pause-pending"], ["PAUSED", "paused"],
];

function stateOf(value: string): ServiceState | null {
  const [, digit, name] = /^([1-7])\s+([A-Z_]+)\b/.exec(value) ?? [];
  const known = states[Number(digit) - 1];
  return known?.[0] === name ? known?.[1] ?? null : null;
}

const isType = (value: string): boolean => /^[\da-f]{1,4}\s+(?:WIN32|KERNEL|FILE_SYSTEM|USER|UNKNOWN|ERROR)\b/i.test(value) || /^[\da-f]{1,4}\s+WIN32_/i.test(value);
const isImagePath = (value: string): boolean => /^"?(?:[a-z]:\\|\\\\|%\w+%\\|\\\?\?\\|system32\\)/i.test(value);
const isAccount = (value: string): boolean => knownSid(value) !== null || /^(?:\.|[^\\/:"]{1,64})\\[^\\/:"]{1,104}$/.test(value);

/** A line of something else: sc puts no text without a label but what a state accepts, in round brackets. */
const isOther = ({ label, text, value }: TranscriptLine): boolean =>
  label === null ? !text.startsWith("(") : /^https?:\/\//i.test(value) || (value.includes(":") && familyOf(value) !== null);

/** Reads the service that begins on a line: a name that its type follows. `next` is the first line that is not of it. */
export function serviceAt(lines: readonly TranscriptLine[], index: number): { readonly service: TranscriptService; readonly next: number } | null {
  const first = lines[index];
  if (!first || first.label === null || first.value === "" || !isType(lines[index + 1]?.value ?? "")) return null;
  let [state, exitCode, imagePath, account]: [ServiceState | null, number | null, string | null, string | null] = [null, null, null, null];
  let next = index + 2;
  for (; next < lines.length; next++) {
    const line = lines[next];
    if (!line || isType(lines[next + 1]?.value ?? "") || isOther(line)) break;
    if (line.label === null) continue;
    const code = /^(\d{1,10})\s+\(0x[\da-f]+\)$/i.exec(line.value)?.[1];
    state ??= stateOf(line.value);
    if (code !== undefined) exitCode ??= Number(code);
    if (isImagePath(line.value)) imagePath ??= line.value;
    else if (isAccount(line.value)) account = line.value;
  }
  return { service: { name: first.value, state, exitCode, imagePath, account, line: first.number }, next };
}

/** The URLs that processes have registered: each under the last process named before it. */
export function registrationsOf(lines: readonly TranscriptLine[]): readonly TranscriptRegistration[] {
  let processId: number | null = null;
  return lines.flatMap(({ label, text, number: line }): TranscriptRegistration[] => {
    if (label === null && /^\d{1,7}$/.test(text)) processId = Number(text);
    const url = /^<?(https?:\/\/[^\s<>]+)>?$/i.exec(text)?.[1];
    return url === undefined ? [] : [{ processId, url, line }];
  });
}
