// sc: query, start and stop of the practice machine's services, with the layout and the exit codes of Windows.
import type { CommandResult, ServiceRecord } from "../../../app/machine.ts";
import type { ServiceState } from "../../../app/santedb/instance.ts";
import type { Language } from "./language.ts";
import type { ControlOutcome, ServiceProcesses } from "./service-process.ts";

export interface ServiceControlOptions {
  readonly processes: ServiceProcesses;
  readonly language: Language;
}

type FailureCode = Exclude<ControlOutcome["code"], 0>;

interface ServiceControlText {
  readonly failed: string;
  readonly name: string;
  readonly displayName: string;
  readonly type: string;
  readonly state: string;
  readonly exitCode: string;
  readonly serviceExitCode: string;
  readonly checkpoint: string;
  readonly waitHint: string;
  readonly messages: Readonly<Record<FailureCode, string>>;
  readonly usage: string;
}

/** English as captured; German and French in its manner. State names and numbers are English everywhere. */
const texts: Readonly<Record<Language, ServiceControlText>> = {
  en: {
    failed: "FAILED", name: "SERVICE_NAME", displayName: "DISPLAY_NAME", type: "TYPE", state: "STATE", exitCode: "WIN32_EXIT_CODE",
    serviceExitCode: "SERVICE_EXIT_CODE", checkpoint: "CHECKPOINT", waitHint: "WAIT_HINT",
    messages: {
      2: "The system cannot find the file specified.",
      1051: "A stop control has been sent to a service that other running services are dependent on.",
      1053: "The service did not respond to the start or control request in a timely fashion.",
      1056: "An instance of the service is already running.",
      1058: "The service cannot be started, either because it is disabled or because it has no enabled devices associated with it.",
      1060: "The specified service does not exist as an installed service.",
      1061: "The service cannot accept control messages at this time.",
      1062: "The service has not been started.",
      1068: "The dependency service or group failed to start.",
    },
    usage: "DESCRIPTION:\n        SC is a command line program used for communicating with the\n        Service Control Manager and services.\nUSAGE:\n        sc [command] [service name] <option1> <option2>...",
  },
  de: {
    failed: "FEHLER", name: "SERVICE_NAME", displayName: "DISPLAY_NAME", type: "TYP", state: "STATUS", exitCode: "WIN32_EXIT_CODE",
    serviceExitCode: "SERVICE_EXIT_CODE", checkpoint: "CHECKPOINT", waitHint: "WAIT_HINT",
    messages: {
      2: "Das System kann die angegebene Datei nicht finden.",
      1051: "Der Steuerbefehl wurde an einen Dienst gesendet, von dem andere ausgeführte Dienste abhängig sind.",
      1053: "Der Dienst antwortete nicht rechtzeitig auf die Start- oder Steuerungsanforderung.",
      1056: "Eine Instanz dieses Dienstes wird bereits ausgeführt.",
      1058: "Der angegebene Dienst kann nicht gestartet werden. Er ist deaktiviert, oder ihm sind keine aktivierten Geräte zugeordnet.",
      1060: "Der angegebene Dienst ist kein installierter Dienst.",
      1061: "Der Dienst kann zurzeit keine Steuermeldungen annehmen.",
      1062: "Der Dienst wurde nicht gestartet.",
      1068: "Der Abhängigkeitsdienst oder die Abhängigkeitsgruppe konnte nicht gestartet werden.",
    },
    usage: "BESCHREIBUNG:\n        SC ist ein Befehlszeilenprogramm für die Kommunikation mit dem\n        Dienststeuerungs-Manager und Diensten.\nSYNTAX:\n        sc [Befehl] [Dienstname] <Option1> <Option2>...",
  },
  fr: {
    failed: "échec(s)", name: "SERVICE_NAME", displayName: "DISPLAY_NAME", type: "TYPE", state: "ÉTAT", exitCode: "CODE_SORTIE_WIN32",
    serviceExitCode: "CODE_SORTIE_SERVICE", checkpoint: "POINT_CONTRÔLE", waitHint: "INDICATION_ATTENTE",
    messages: {
      2: "Le fichier spécifié est introuvable.",
      1051: "Une commande d’arrêt a été envoyée à un service dont dépendent d’autres services en cours d’exécution.",
      1053: "Le service n’a pas répondu assez vite à la demande de lancement ou de contrôle.",
      1056: "Une instance du service s’exécute déjà.",
      1058: "Le service ne peut pas être démarré parce qu’il est désactivé ou qu’aucun périphérique activé ne lui est associé.",
      1060: "Le service spécifié n’existe pas en tant que service installé.",
      1061: "Le service ne peut pas accepter des commandes en ce moment.",
      1062: "Le service n’a pas été démarré.",
      1068: "Le service ou le groupe de dépendance n’a pas pu démarrer.",
    },
    usage: "DESCRIPTION :\n        SC est un programme en ligne de commande utilisé pour communiquer avec le\n        Gestionnaire de contrôle des services et les services.\nUTILISATION :\n        sc [commande] [nom du service] <option1> <option2>...",
  },
};

/** Source: winsvc.h, SERVICE_STATUS. */
const states: Readonly<Record<ServiceState, readonly [number: number, name: string]>> = {
  "stopped": [1, "STOPPED"],
  "start-pending": [2, "START_PENDING"],
  "stop-pending": [3, "STOP_PENDING"],
  "running": [4, "RUNNING"],
  "continue-pending": [5, "CONTINUE_PENDING"],
  "pause-pending": [6, "PAUSE_PENDING"],
  "paused": [7, "PAUSED"],
};

type Layout = "plain" | "extended";

function statusLines({ name, displayName, state, exitCode, processId }: ServiceRecord, text: ServiceControlText, layout: Layout, titled: boolean): readonly string[] {
  const line = (label: string, value: string): string => `        ${label.padEnd(19)}: ${value}`;
  const [number, word] = states[state];
  const pending = state === "start-pending" || state === "stop-pending";
  return [
    "",
    `${text.name}: ${name} `,
    ...(titled ? [`${text.displayName}: ${displayName}`] : []),
    line(text.type, "10  WIN32_OWN_PROCESS  "),
    line(text.state, `${number}  ${word} `),
    `                                (${state === "running" ? "STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN" : "NOT_STOPPABLE, NOT_PAUSABLE, IGNORES_SHUTDOWN"})`,
    line(text.exitCode, `${exitCode}  (0x${exitCode.toString(16)})`),
    line(text.serviceExitCode, "0  (0x0)"),
    line(text.checkpoint, "0x0"),
    line(text.waitHint, pending ? "0x7530" : "0x0"),
    ...(layout === "extended" ? [line("PID", String(processId)), line("FLAGS", "")] : []),
  ];
}

/** Makes the sc of a machine: takes the arguments after the program's name. The exit code is the Win32 code. */
export function createServiceControl({ processes, language }: ServiceControlOptions): (arguments_: readonly string[]) => Promise<CommandResult> {
  const text = texts[language];
  const printed = (exitCode: number, lines: readonly string[]): CommandResult => ({ exitCode, output: lines.join("\r\n") });
  const refused = (call: string, code: FailureCode): CommandResult => printed(code, [`[SC] ${call} ${text.failed} ${code}:`, "", text.messages[code], "", ""]);

  const query = async (name: string | undefined, layout: Layout): Promise<CommandResult> => {
    if (name === undefined) {
      const running = (await processes.list()).filter(({ state }) => state !== "stopped");
      return printed(0, [...running.flatMap((record) => statusLines(record, text, layout, true)), ""]);
    }
    const record = await processes.find(name);
    return record ? printed(0, [...statusLines(record, text, layout, false), ""]) : refused("EnumQueryServicesStatus:OpenService", 1060);
  };

  /** What sc prints after a request was taken: the state that comes next, whatever the service has reached meanwhile. */
  const requested = async (name: string, state: "start-pending" | "stop-pending", processId: number): Promise<CommandResult> => {
    const record = await processes.find(name);
    if (!record) return refused("OpenService", 1060);
    return printed(0, [...statusLines({ ...record, state, processId, exitCode: 0 }, text, state === "start-pending" ? "extended" : "plain", false), ""]);
  };

  return async (arguments_) => {
    const [verb = "", name] = arguments_;
    switch (verb.toLowerCase()) {
      case "query": return query(name, "plain");
      case "queryex": return query(name, "extended");
      case "start": {
        if (name === undefined) break;
        const { code, processId } = await processes.start(name);
        return code === 0 ? requested(name, "start-pending", processId) : refused(code === 1060 ? "StartService: OpenService" : "StartService", code);
      }
      case "stop": {
        if (name === undefined) break;
        const { code } = await processes.stop(name);
        return code === 0 ? requested(name, "stop-pending", 0) : refused(code === 1060 ? "OpenService" : "ControlService", code);
      }
    }
    return printed(1639, [...text.usage.split("\n"), ""]);
  };
}
