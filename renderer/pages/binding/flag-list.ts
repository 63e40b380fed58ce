// The flags of a binding as the window tells them: which differ from their defaults, and what each is set to.
import type { BindingFlags } from "../../../app/http-sys/binding.ts";
import { flagDefaults } from "../../../app/http-sys/flag-defaults.ts";

export type FlagName = keyof BindingFlags;
export type FlagValue = boolean | number | string;

export const flagNames = Object.keys(flagDefaults) as readonly FlagName[];

export interface Flag { readonly name: FlagName; readonly value: FlagValue }

/** Every flag with its value; one left out of the record is at its default. */
export function allFlags(flags: BindingFlags): readonly Flag[] {
  return flagNames.map((name) => ({ name, value: flags[name] ?? flagDefaults[name] }));
}

/** Those whose value differs from the default. */
export function changedFlags(flags: BindingFlags): readonly Flag[] {
  return allFlags(flags).filter(({ name, value }) => value !== flagDefaults[name]);
}
