// Dispatch: one call of the contract by its name, checked on the way in and on the way out. Every host answers through it.
import type { z } from "zod";
import { asLockstepError, LockstepError, problem } from "../app/errors.ts";
import { members, type CallName, type Envelope, type EventName, type Implementation } from "../app/host.ts";

type Verbs = Readonly<Record<string, Readonly<Record<string, (input: unknown) => Promise<unknown>>>>>;

/** Whether the contract has a query or command of this name. */
export function isCall(name: string): name is CallName {
  const kind = members.get(name)?.kind;
  return kind === "query" || kind === "command";
}

/**
 * Answers one call. Takes whatever a window sent, never throws, and gives an Envelope of plain data. A value that the
 * contract does not allow is `input-invalid`, naming where it stands but not what it is; an answer that the contract
 * does not allow is `internal`.
 */
export async function dispatch(implementation: Implementation, name: string, input: unknown): Promise<Envelope> {
  try {
    const member = isCall(name) ? members.get(name) : undefined;
    if (!member?.input || !member.output) throw problem("input-invalid", { problem: "there is no such operation" });
    const asked = member.input.safeParse(input);
    if (!asked.success) throw problem("input-invalid", { problem: describeIssues(asked.error.issues) });

    const answer = await answerOf(implementation, name, asked.data);
    const given = member.output.safeParse(answer);
    if (!given.success) throw problem("internal", { problem: `the answer to ${name} is not of the expected form: ${describeIssues(given.error.issues)}` });
    return { ok: true, value: given.data };
  } catch (thrown) {
    return { ok: false, error: asLockstepError(thrown).report() };
  }
}

async function answerOf(implementation: Implementation, name: string, input: unknown): Promise<unknown> {
  const [group = "", verb = ""] = name.split(".");
  const answer = (implementation as unknown as Verbs)[group]?.[verb];
  if (!answer) throw problem("internal", { problem: `nothing answers ${name}` });
  try {
    return await answer(input);
  } catch (thrown) {
    // The text of a fault is made by whoever threw it, and may quote what it was given.
    if (!(thrown instanceof LockstepError) && holdsSecret(input)) {
      throw problem("internal", { problem: thrown instanceof Error ? thrown.name : typeof thrown }, { cause: thrown });
    }
    throw thrown;
  }
}

/** Whether a password is set anywhere in a value that the contract has accepted. */
function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, held]) => (/password$/i.test(key) && held !== undefined) || holdsSecret(held));
}

/** An event as it may leave this process, or null where the contract does not allow it. */
export function eventPayload(name: EventName, payload: unknown): unknown {
  const checked = members.get(name)?.payload?.safeParse(payload);
  return checked?.success ? checked.data : null;
}

/** Where the first fault stands and of what kind it is. Values are left out: one of them may be a password. */
function describeIssues(issues: readonly z.core.$ZodIssue[]): string {
  const [issue] = issues;
  if (!issue) return "it cannot be read";
  const place = issue.path.length === 0 ? "it" : issue.path.map(String).join(".").slice(0, 120);
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return `${place} ${describeKind(issue)}${more}`;
}

function describeKind(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type": return `is not of the type ${issue.expected}`;
    case "too_big": return `is more than ${issue.maximum.toString()} (${issue.origin})`;
    case "too_small": return `is less than ${issue.minimum.toString()} (${issue.origin})`;
    case "invalid_format": return `is not written as ${issue.format}`;
    case "unrecognized_keys": return "has a member that is not known";
    case "invalid_union": return "has none of the forms allowed";
    case "invalid_value": return "is none of the values allowed";
    case "not_multiple_of":
    case "invalid_key":
    case "invalid_element":
    case "custom": return "is not allowed";
  }
}
