// A message: a text with {placeholders}, or one text a plural form, chosen and filled in the reader's language.
import type { en } from "./en.ts";

/** Forms by Intl.PluralRules of the parameter `count`. A language without a form of its own for a number uses `other`. */
export interface Plural { readonly zero?: string; readonly one?: string; readonly two?: string; readonly few?: string; readonly many?: string; readonly other: string }

export type MessageKey = keyof typeof en;

/** What a language file holds: every key of the English one, in the same kind. */
export type Messages = { readonly [Key in MessageKey]: (typeof en)[Key] extends string ? string : Plural };

type NamesIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
type NamesOf<Key extends MessageKey> = (typeof en)[Key] extends string ? NamesIn<(typeof en)[Key]> : NamesIn<(typeof en)[Key][keyof (typeof en)[Key]]> | "count";
type Parameters<Key extends MessageKey> = { readonly [Name in NamesOf<Key>]: string | number };

/** Gives the text of a key. The parameters that it needs are derived from the English text. */
export type Say = <Key extends MessageKey>(key: Key, ...parameters: [NamesOf<Key>] extends [never] ? [] : [Parameters<Key>]) => string;

/**
 * Makes the message function of a language (BCP 47). Numbers are written in that language's manner. On a Linux machine a
 * text whose key ends in ".linux" takes the place of the one that is named so without it.
 */
export function createSay(language: string, messages: Messages, machine: "linux" | null = null): Say {
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  const ofMachine: Readonly<Record<string, string | Plural | undefined>> = machine === null ? {} : messages;
  return (key, ...[parameters]) => {
    const values: Readonly<Record<string, string | number>> = parameters ?? {};
    const entry: string | Plural = ofMachine[`${key}.${machine}`] ?? messages[key];
    const text = typeof entry === "string" ? entry : entry[plurals.select(Number(values["count"]))] ?? entry.other;
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? "";
      return typeof value === "number" ? numbers.format(value) : value;
    });
  };
}
