// Findings by their weight: errors, then warnings, then notes.
import type { Finding } from "../../app/finding.ts";

const order = { error: 0, warning: 1, information: 2 } as const satisfies Record<Finding["severity"], number>;

/** Below zero where the first is the graver one. */
export const byGravity = (one: Pick<Finding, "severity">, other: Pick<Finding, "severity">): number => order[one.severity] - order[other.severity];

/** The gravest, of several alike the first; null where there is none. */
export const gravest = <Told extends Pick<Finding, "severity">>(findings: readonly Told[]): Told | null => findings.toSorted(byGravity)[0] ?? null;
