// The language of the window: which one, its messages, and how it writes dates.
import { createContext, useContext, useMemo, type ReactNode } from "react";
import type { MachineDescription } from "../../app/contract.ts";
import { en } from "./en.ts";
import { createSay, type Messages, type Say } from "./message.ts";

export interface Language {
  /** BCP 47. */
  readonly tag: string;
  readonly say: Say;
  /** The same where the machine is one with Linux. */
  readonly sayOnLinux: Say;
}

const languageOf = (tag: string, messages: Messages): Language => ({ tag, say: createSay(tag, messages), sayOnLinux: createSay(tag, messages, "linux") });

/** The first preferred language that Lockstep speaks, else English. Only the one needed is loaded. */
export async function chooseLanguage(preferred: readonly string[]): Promise<Language> {
  for (const tag of preferred) {
    const base = tag.toLowerCase().split("-")[0];
    if (base === "en") break;
    if (base === "fr") {
      const { fr } = await import("./fr.ts");
      return languageOf(tag, fr);
    }
  }
  const tag = preferred.find((one) => /^en\b/i.test(one)) ?? "en-GB";
  return languageOf(tag, en);
}

const LanguageContext = createContext<Language>(languageOf("en-GB", en));

export const LanguageProvider = LanguageContext.Provider;
export const useLanguage = (): Language => useContext(LanguageContext);
export const useSay = (): Say => useContext(LanguageContext).say;

/** What is said within fits the machine. */
export function MachineLanguage({ kind, children }: { readonly kind: MachineDescription["kind"]; readonly children: ReactNode }) {
  const language = useLanguage();
  const value = useMemo(() => (kind === "linux" ? { ...language, say: language.sayOnLinux } : language), [kind, language]);
  return <LanguageContext value={value}>{children}</LanguageContext>;
}
