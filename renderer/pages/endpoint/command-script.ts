// The commands of a plan as a batch file, for the record and for support.
import type { PlanView } from "../../../app/contract.ts";
import { quoteCommand } from "../../../app/plan/quote.ts";

const remark = (text: string): string => `rem ${text.replace(/[\r\n]+/g, " ").replace(/[%^&|<>]/g, "")}`;

/** Windows line ends; each step's title as a remark before its commands. `note` says what is not in it. */
export function commandScript(plan: PlanView, note: string): string {
  const lines = plan.operations.flatMap(({ title, commands }) => [
    "", remark(title), ...commands.map((command) => quoteCommand(command, "batch")),
  ]);
  return ["@echo off", "chcp 65001 >nul", remark(plan.title), remark(note), ...lines, ""].join("\r\n");
}
