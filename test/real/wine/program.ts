// What runs inside Wine, under Node for Windows: opens the Windows machine, makes the calls of a file, writes the answers to another.
import { readFileSync, writeFileSync } from "node:fs";
import koffi from "koffi";
import { asLockstepError } from "../../../app/errors.ts";
import type { Command } from "../../../app/machine.ts";
import { openCommands } from "../../../main/machines/windows/commands.ts";
import { openOemText } from "../../../main/machines/windows/code-page.ts";
import { measureLayouts } from "../../../main/machines/windows/layouts.ts";
import { openNative } from "../../../main/machines/windows/native.ts";
import { openWindowsMachine } from "../../../main/machines/windows/windows-machine.ts";
import { openServiceControl } from "../service-control.ts";

/** Bytes cross the files as base64 under this name. */
const isBytes = (value: unknown): value is { readonly base64: string } => typeof value === "object" && value !== null && "base64" in value;
const revive = (_: string, value: unknown): unknown => (isBytes(value) ? new Uint8Array(Buffer.from(value.base64, "base64")) : value);
const flatten = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(flatten);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, flatten(member)]));
  return value;
};

const [, , input = "", output = ""] = process.argv;
const { calls } = JSON.parse(readFileSync(input, "utf8"), revive) as { readonly calls: readonly (readonly [target: string, ...arguments_: unknown[]])[] };
const native = await openNative();
const machine = await openWindowsMachine();
const stranger = (folder: string, patience: number) => openCommands({ decode: openOemText(native), folder, patience });

/** Looks at a service until it is in a state, 20 s at most; gives the last look. */
async function watch(name: string, state: string | null): Promise<unknown> {
  for (const end = Date.now() + 20_000; ;) {
    const found = await machine.services.find(name);
    if ((found?.state ?? null) === state || Date.now() > end) return found;
    await machine.clock.wait(50);
  }
}

const targets: Readonly<Record<string, unknown>> = {
  ...machine,
  control: openServiceControl(native),
  watch: { service: watch },
  stranger: { run: (folder: string, patience: number, command: Command) => stranger(folder, patience).run(command) },
  about: { self: () => ({ kind: machine.kind, hostName: machine.hostName, platform: process.platform, version: process.version, mark: process.env["LOCKSTEP_MARK"], structs: measureLayouts(koffi).size }) },
};

const answers: unknown[] = [];
for (const [target, ...arguments_] of calls) {
  const [group = "", name = ""] = target.split(".");
  const member = (targets[group] as Readonly<Record<string, (...values: readonly unknown[]) => unknown>> | undefined)?.[name];
  if (!member) throw new Error(`There is no ${target}.`);
  try {
    answers.push({ value: flatten(await member(...arguments_)) ?? null });
  } catch (thrown) {
    answers.push({ error: asLockstepError(thrown).report() });
  }
}
writeFileSync(output, JSON.stringify(answers));
