// The language of the window: which one, its messages, and how it writes dates.
import { createContext, useContext } from "react";
import { en } from "./en.ts";
import { createSay, type Say } from "./message.ts";

export interface Language {
  /** BCP 47. */
  readonly tag: string;
  readonly say: Say;
}

/** The first preferred language that Lockstep speaks, else English. Only the one needed is loaded. */
export async function chooseLanguage(preferred: readonly string[]): Promise<Language> {
  for (const tag of preferred) {
    const base = tag.toLowerCase().split("-")[0];
    if (base === "en") break;
    if (base === "fr") {
      const { fr } = await import("./fr.ts");
      return { tag, say: createSay(tag, fr) };
    }
  }
  const tag = preferred.find((one) => /^en\b/i.test(one)) ?? "en-GB";
  return { tag, say: createSay(tag, en) };
}

const LanguageContext = createContext<Language>({ tag: "en-GB", say: createSay("en-GB", en) });

export const LanguageProvider = LanguageContext.Provider;
export const useLanguage = (): Language => useContext(LanguageContext);
export const useSay = (): Say => useContext(LanguageContext).say;
