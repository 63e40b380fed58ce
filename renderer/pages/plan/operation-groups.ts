// The steps of a plan as the review shows them: one by one, with checks that follow each other taken together.
import type { OperationView } from "../../../app/plan/operation.ts";

export type OperationGroup =
  | { readonly kind: "single"; readonly first: number; readonly operation: OperationView }
  | { readonly kind: "checks"; readonly first: number; readonly operations: readonly OperationView[] };

export const isCheck = (operation: OperationView): boolean => operation.kind.startsWith("verify.");

/** Groups in the plan's order; `first` is the index of a group's first operation in the plan. */
export function groupOperations(operations: readonly OperationView[]): readonly OperationGroup[] {
  const groups: OperationGroup[] = [];
  for (const [index, operation] of operations.entries()) {
    const last = groups.at(-1);
    if (!isCheck(operation)) groups.push({ kind: "single", first: index, operation });
    else if (last?.kind === "checks") groups[groups.length - 1] = { ...last, operations: [...last.operations, operation] };
    else groups.push({ kind: "checks", first: index, operations: [operation] });
  }
  return groups;
}
