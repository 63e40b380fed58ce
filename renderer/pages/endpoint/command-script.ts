// The commands of a plan as a batch file of Windows or a script of a POSIX shell, for the record and for support.
import type { PlanView } from "../../../app/contract.ts";
import { quoteCommand } from "../../../app/plan/quote.ts";
import { quoteForShell } from "../../../app/plan/shell-quote.ts";
import { mayFail } from "../../../app/plan/unit-control.ts";

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, " ");
const remark = (text: string): string => `rem ${oneLine(text).replace(/[%^&|<>]/g, "")}`;

/** Windows line ends; each step's title as a remark before its commands. `note` says what is not in it. */
export function commandScript(plan: PlanView, note: string): string {
  const lines = plan.operations.flatMap(({ title, commands }) => [
    "", remark(title), ...commands.map((command) => quoteCommand(command, "batch")),
  ]);
  return ["@echo off", "chcp 65001 >nul", remark(plan.title), remark(note), ...lines, ""].join("\r\n");
}

const comment = (text: string): string => `# ${oneLine(text)}`;

/** The same for a POSIX shell, which stops at the first command that fails. */
export function shellScript(plan: PlanView, note: string): string {
  const lines = plan.operations.flatMap(({ title, commands }) => ["", comment(title), ...commands.map((command) => `${quoteForShell(command)}${mayFail(command) ? " || true" : ""}`)]);
  return ["#!/bin/sh", comment(plan.title), comment(note), "set -e", ...lines, ""].join("\n");
}
