// taskkill: ends the process of one of the practice machine's services, and no other process whatever.
import type { CommandResult } from "../../../app/machine.ts";
import type { Language } from "./language.ts";
import type { ServiceProcesses } from "./service-process.ts";

const texts: Readonly<Record<Language, { readonly ended: (id: string) => string; readonly missing: (id: string) => string }>> = {
  en: { ended: (id) => `SUCCESS: The process with PID ${id} has been terminated.`, missing: (id) => `ERROR: The process "${id}" not found.` },
  de: { ended: (id) => `ERFOLGREICH: Der Prozess mit PID ${id} wurde beendet.`, missing: (id) => `FEHLER: Der Prozess "${id}" wurde nicht gefunden.` },
  fr: { ended: (id) => `Opération réussie : le processus avec PID ${id} a été terminé.`, missing: (id) => `Erreur : le processus "${id}" est introuvable.` },
};

/** Takes the arguments after the program's name; `/F /PID n` is all that is known. 128 where there is no such process, as Windows answers. */
export function createTaskkill({ processes, language }: { readonly processes: ServiceProcesses; readonly language: Language }): (arguments_: readonly string[]) => Promise<CommandResult> {
  return async (arguments_) => {
    const id = /^\/F \/PID (\d{1,10})$/i.exec(arguments_.join(" "))?.[1];
    if (id === undefined) return { exitCode: 1, output: "TASKKILL [/F] /PID\r\n" };
    const ended = await processes.end(Number(id));
    return { exitCode: ended ? 0 : 128, output: `${ended ? texts[language].ended(id) : texts[language].missing(id)}\r\n` };
  };
}
