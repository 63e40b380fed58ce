// The verbs about HTTP.sys: bindings, reservations, the listen list, and what another machine printed about them.
import { text as readAll } from "node:stream/consumers";
import type { BindingRequest } from "../../app/contract.ts";
import { problem } from "../../app/errors.ts";
import type { Binding, BindingFlags } from "../../app/http-sys/binding.ts";
import { bindingFlagsSchema, significantFlags } from "../../app/http-sys/binding.ts";
import type { Explanation, ReservationCheck, Transcript, TranscriptBinding } from "../../app/http-sys/http-sys-view.ts";
import { decodeTranscript } from "../../app/http-sys/transcript-text.ts";
import { transcriptLimit } from "../../app/http-sys/transcript-lines.ts";
import { nodeFiles } from "../storage/file.ts";
import { thumbprintOf } from "./certificate-files.ts";
import type { Options } from "./options.ts";
import { findingLines, printable, table, type Paint } from "./print.ts";
import { carryOut, operand, type Answer, type Verb } from "./verb.ts";

/** The text of a file, or of standard input for "-". Throws what reading throws, file-too-large. */
async function transcriptText(file: string): Promise<string> {
  if (file === "-") return readAll(process.stdin);
  return decodeTranscript(await nodeFiles.read(file, transcriptLimit));
}

const kindNames = { ip: "address", sni: "name", ccs: "central store" } as const;
const flagText = (flags: BindingFlags): string => significantFlags(flags).map(([name, value]) => (value === true ? name : `${name}=${value === false ? "off" : String(value)}`)).join(", ");
const lossText = ({ unsettable }: Binding): string => (unsettable ? " (and more than netsh can set)" : "");

function bindingTable(bindings: readonly Binding[], paint: Paint): string {
  return table(["ENDPOINT", "KIND", "THUMBPRINT", "APPLICATION", "STORE", "SETTINGS"],
    bindings.map((binding) => [binding.endpoint, kindNames[binding.family], binding.thumbprint ?? "", binding.application ?? binding.applicationId, binding.store, `${flagText(binding.flags)}${lossText(binding)}`]),
    "There is no binding.", paint);
}

const unknown = "not in the text";

function transcriptBindings(bindings: readonly TranscriptBinding[], paint: Paint): string {
  return table(["ENDPOINT", "KIND", "THUMBPRINT", "APPLICATION", "STORE", "SETTINGS", "LINE"],
    bindings.map(({ endpoint, family, thumbprint, application, applicationId, store, flags, line }) => [
      endpoint, kindNames[family], thumbprint ?? (family === "ccs" ? "" : unknown), application ?? applicationId ?? unknown, store ?? unknown, flagText(flags), String(line),
    ]), "The text holds no binding.", paint);
}

const failureText = ({ failure }: Transcript, paint: Paint): string =>
  failure ? `${paint("red", "✗")} The command in the text failed: ${failure.reason}.\n  ${printable(failure.remedy)}\n` : "";

function transcriptReservations({ reservations }: Transcript, paint: Paint): string {
  return table(["URL", "ACCOUNTS", "LINE"], reservations.map(({ url, accounts, line }) => [url, accounts.map(({ name }) => name).join(", "), String(line)]), "The text holds no reservation.", paint);
}

function transcriptDocument(transcript: Transcript, paint: Paint): string {
  const { bindings, reservations, services, registrations, listenList, failure, findings } = transcript;
  const parts = [
    ...(bindings.length > 0 ? [transcriptBindings(bindings, paint)] : []),
    ...(reservations.length > 0 ? [transcriptReservations(transcript, paint)] : []),
    ...(listenList.length > 0 ? [`HTTP.sys listens on ${listenList.join(", ")} only.\n`] : []),
    ...(services.length > 0 ? [table(["SERVICE", "STATE", "EXIT CODE", "ACCOUNT", "LINE"], services.map(({ name, state, exitCode, account, line }) => [name, state ?? "", exitCode === null ? "" : String(exitCode), account ?? "", String(line)]), "", paint)] : []),
    ...(registrations.length > 0 ? [table(["PROCESS", "LISTENS ON"], registrations.map(({ processId, url }) => [processId === null ? "" : String(processId), url]), "", paint)] : []),
    ...(failure ? [failureText(transcript, paint)] : []),
  ];
  return `${parts.length === 0 ? "Nothing in the text is output of netsh or sc that is known here.\n" : parts.join("\n")}${findings.length === 0 ? "" : `\n${findingLines(findings, paint)}`}`;
}

const clientOf = ({ address, port, serverName }: Explanation["answers"][number]): string =>
  `${address.includes(":") ? `[${address}]` : address}:${port}${serverName === null ? ", asking for no name" : `, asking for ${serverName}`}`;

function explanationText(explanation: Explanation, paint: Paint): string {
  const answers = explanation.answers.map((answer) => `${paint("bold", printable(clientOf(answer)))}\n  ${printable(answer.outcome)}\n${
    answer.considered.map(({ endpoint, reason }) => `  ${endpoint === answer.winner ? paint("green", "✓") : "·"} ${printable(endpoint)}  ${paint("dim", printable(reason))}\n`).join("")}`).join("\n");
  const { certificate } = explanation;
  return `${answers}${certificate ? `\n  ${printable(certificate.subject)}, for ${printable(certificate.names.join(", "))}, until ${certificate.notAfter.slice(0, 10)}\n` : ""}${findingLines(explanation.findings, paint)}`;
}

const stateNames: Readonly<Record<ReservationCheck["endpoints"][number]["state"], string>> = {
  "reserved": "reserved", "not-needed": "needs none", "missing": "missing", "wrong-scheme": "wrong scheme", "other-account": "other account", "shadowed": "shadowed",
};
const isGood = (state: ReservationCheck["endpoints"][number]["state"]): boolean => state === "reserved" || state === "not-needed";

function checkText({ endpoints, reservations }: ReservationCheck, paint: Paint): string {
  const wrong = endpoints.filter(({ state }) => !isGood(state));
  const hints = new Map(wrong.map(({ message, hint }) => [`${message}\n  ${hint}`, { message, hint }]));
  const odd = reservations.filter(({ state }) => state !== "used" && state !== "other");
  return table(["INSTANCE", "ADDRESS", "ACCOUNT", "STATE", "RESERVATION"], endpoints.map(({ instance, address, account, state, reservation }) => [instance, address, account, stateNames[state], reservation ?? ""]), "No instance has an address.", paint)
    + [...hints.values()].map(({ message, hint }) => `${paint("red", "✗")} ${printable(message)}\n  ${printable(hint)}\n`).join("")
    + odd.map(({ url, message, state }) => `${paint("yellow", "!")} ${printable(url)}: ${printable(message)} ${paint("dim", `[${state}]`)}\n`).join("");
}

/** Flags as `NAME=enable|disable|VALUE`, named as netsh names them. Throws usage. */
function flagsOf(texts: readonly string[]): BindingFlags {
  const names: readonly string[] = bindingFlagsSchema.keyof().options;
  const flags = Object.fromEntries(texts.map((text) => {
    const [name = "", value = ""] = text.split(/=(.*)/s);
    if (!names.includes(name.toLowerCase())) throw problem("usage", { problem: `--flag takes one of ${names.join(", ")}, not ${name.slice(0, 60)}.` });
    const read = /^(enable|disable)$/i.test(value) ? value.toLowerCase() === "enable" : /^\d{1,9}$/.test(value) ? Number(value) : value;
    return [name.toLowerCase(), read];
  }));
  const parsed = bindingFlagsSchema.safeParse(flags);
  if (!parsed.success) throw problem("usage", { problem: `--flag ${String(parsed.error.issues[0]?.path[0] ?? "")} takes enable, disable, a number or a text, as \`netsh http add sslcert\` does.` });
  return parsed.data;
}

function bindingRequest(endpoint: string, options: Options): BindingRequest {
  return {
    endpoint,
    ...(options.certificate !== undefined && { certificate: thumbprintOf(options.certificate, "--certificate") }),
    ...(options.application !== undefined && { applicationId: options.application }),
    ...(options.flag !== undefined && { flags: flagsOf(options.flag) }),
    ...(options["take-over"] === true && { takeOver: true }),
  };
}

const ofTranscript = (options: Options): boolean => options.transcript !== undefined;

export const httpSysVerbs: Readonly<Record<string, Verb>> = {
  "binding list": {
    operands: [], options: ["transcript"], needsNoMachine: ofTranscript,
    summary: "the certificate bindings of HTTP.sys, here or in the output of another machine",
    run: async (_, { host, options }): Promise<Answer> => {
      if (options.transcript === undefined) {
        const value = await host.binding.list({});
        const { findings } = await host.listenList.show({});
        return { value, text: (paint) => `${bindingTable(value, paint)}${findingLines(findings, paint)}` };
      }
      const read = await host.transcript.read({ text: await transcriptText(options.transcript) });
      return { value: read.bindings, text: (paint) => `${transcriptBindings(read.bindings, paint)}${failureText(read, paint)}${findingLines(read.findings, paint)}` };
    },
  },
  "binding explain": {
    operands: ["ADDRESS:PORT|NAME:PORT"], options: ["host-name", "transcript"], needsNoMachine: ofTranscript,
    summary: "which record answers a client, what it is served, and why no other record is taken",
    run: async (operands, { host, options }) => {
      const value = await host.binding.explain({
        target: operand(operands, 0), ...(options["host-name"] !== undefined && { serverName: options["host-name"] }),
        ...(options.transcript !== undefined && { transcript: await transcriptText(options.transcript) }),
      });
      return { value, text: (paint) => explanationText(value, paint), exit: value.winner === null ? 1 : 0 };
    },
  },
  "binding set": {
    operands: ["ENDPOINT"], plans: true, options: ["certificate", "application", "flag", "take-over"],
    summary: "give an endpoint its certificate, or change settings of its record and keep the others",
    run: async (operands, context) => carryOut(await context.host.binding.planSet(bindingRequest(operand(operands, 0), context.options)), context),
  },
  "binding remove": {
    operands: ["ENDPOINT"], plans: true, options: ["take-over"],
    summary: "remove a binding",
    run: async (operands, context) => carryOut(await context.host.binding.planRemove({ endpoint: operand(operands, 0), ...(context.options["take-over"] === true && { takeOver: true }) }), context),
  },
  "reservation list": {
    operands: [], options: ["transcript"], needsNoMachine: ofTranscript,
    summary: "the URL reservations of HTTP.sys, here or in the output of another machine",
    run: async (_, { host, options }): Promise<Answer> => {
      if (options.transcript === undefined) {
        const value = await host.reservation.list({});
        return {
          value, text: (paint) => table(["URL", "ACCOUNTS", "RIGHTS"], value.flatMap(({ url, sddl, accounts }) => accounts.length === 0 ? [[url, sddl, ""]]
            : accounts.map(({ name, rights }, index) => [index === 0 ? url : "", name, rights.join(", ")])), "There is no reservation.", paint),
        };
      }
      const read = await host.transcript.read({ text: await transcriptText(options.transcript) });
      return { value: read.reservations, text: (paint) => `${transcriptReservations(read, paint)}${failureText(read, paint)}${findingLines(read.findings, paint)}` };
    },
  },
  "reservation check": {
    operands: [], options: [],
    summary: "whether every configured address may be listened on by its account, and what is left over",
    run: async (_, { host }) => {
      const value = await host.reservation.check({});
      return { value, text: (paint) => checkText(value, paint), exit: value.endpoints.every(({ state }) => isGood(state)) ? 0 : 1 };
    },
  },
  "reservation add": {
    operands: ["URL"], plans: true, options: ["account", "delegate"],
    summary: "let an account listen on a URL; those who may already still may",
    run: async (operands, context) => {
      const { account } = context.options;
      if (account === undefined) throw problem("usage", { problem: "`reservation add` needs --account ACCOUNT." });
      return carryOut(await context.host.reservation.planAdd({ url: operand(operands, 0), account, ...(context.options.delegate === true && { delegate: true }) }), context);
    },
  },
  "reservation remove": {
    operands: ["URL"], plans: true, options: ["account"],
    summary: "remove a reservation, or take one account out of it",
    run: async (operands, context) => {
      const { account } = context.options;
      return carryOut(await context.host.reservation.planRemove({ url: operand(operands, 0), ...(account !== undefined && { account }) }), context);
    },
  },
  "transcript show": {
    operands: ["FILE"], options: [], needsNoMachine: true,
    summary: "what netsh or sc printed on another machine, in any language (`-` reads standard input)",
    run: async (operands, { host }) => {
      const value = await host.transcript.read({ text: await transcriptText(operand(operands, 0)) });
      return { value, text: (paint) => transcriptDocument(value, paint) };
    },
  },
};
