// taskkill: ends the process of a practice service, and no other process of this computer.
import type { CommandResult } from "../../../app/machine.ts";
import type { Language } from "./language.ts";
import type { ServiceProcesses } from "./service-process.ts";

export interface TaskkillOptions {
  readonly processes: ServiceProcesses;
  readonly language: Language;
}

interface TaskkillText {
  readonly ended: (processId: number) => string;
  readonly notFound: (processId: number) => string;
  readonly onlyByForce: (processId: number) => string;
  readonly usage: string;
}

/** English as captured; German and French in its manner. */
const texts: Readonly<Record<Language, TaskkillText>> = {
  en: {
    ended: (id) => `SUCCESS: The process with PID ${id} has been terminated.`,
    notFound: (id) => `ERROR: The process "${id}" not found.`,
    onlyByForce: (id) => `ERROR: The process with PID ${id} could not be terminated.\r\nReason: This process can only be terminated forcefully (with /F option).`,
    usage: 'ERROR: Invalid syntax.\r\nType "TASKKILL /?" for usage.',
  },
  de: {
    ended: (id) => `ERFOLGREICH: Der Prozess mit PID ${id} wurde beendet.`,
    notFound: (id) => `FEHLER: Der Prozess "${id}" wurde nicht gefunden.`,
    onlyByForce: (id) => `FEHLER: Der Prozess mit PID ${id} konnte nicht beendet werden.\r\nUrsache: Die Beendigung dieses Prozesses kann nur erzwungen werden (mit der Option /F).`,
    usage: 'FEHLER: Ungültige Syntax.\r\nGeben Sie "TASKKILL /?" ein, um die Syntax anzuzeigen.',
  },
  fr: {
    ended: (id) => `Opération réussie : le processus avec PID ${id} a été terminé.`,
    notFound: (id) => `Erreur : le processus "${id}" est introuvable.`,
    onlyByForce: (id) => `Erreur : impossible d’arrêter le processus avec PID ${id}.\r\nRaison : ce processus ne peut être arrêté que de force (avec l’option /F).`,
    usage: 'Erreur : syntaxe incorrecte.\r\nEntrez "TASKKILL /?" pour afficher la syntaxe.',
  },
};

/** Makes the taskkill of a machine: takes the arguments after the program's name. 128 is its code for a process that it does not find. */
export function createTaskkill({ processes, language }: TaskkillOptions): (arguments_: readonly string[]) => Promise<CommandResult> {
  const text = texts[language];
  const printed = (exitCode: number, line: string): CommandResult => ({ exitCode, output: `${line}\r\n` });

  return async (arguments_) => {
    const forced = arguments_.some((argument) => /^\/f$/i.test(argument));
    const [option = "", digits = "", ...more] = arguments_.filter((argument) => !/^\/f$/i.test(argument));
    if (!/^\/pid$/i.test(option) || !/^\d{1,10}$/.test(digits) || more.length > 0) return printed(1, text.usage);
    const processId = Number(digits);
    if (forced) return await processes.kill(processId) ? printed(0, text.ended(processId)) : printed(128, text.notFound(processId));
    const known = (await processes.list()).some((service) => service.state !== "stopped" && service.processId === processId);
    return known ? printed(1, text.onlyByForce(processId)) : printed(128, text.notFound(processId));
  };
}
