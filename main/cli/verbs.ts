// The verbs: each turns its operands and options into calls of the contract, and its answer into a value and a text.
import type { Certificate } from "../../app/certificates/certificate.ts";
import { cleanThumbprint } from "../../app/certificates/thumbprint.ts";
import { certificateFileLimit, type Applied, type PlanView, type SecureRequest, type UploadedFile } from "../../app/contract.ts";
import { problem } from "../../app/errors.ts";
import type { Host } from "../../app/host.ts";
import { nodeFiles } from "../storage/file.ts";
import type { OptionName, Options } from "./options.ts";
import { appliedText, detailText, findingLines, planText, table, type Paint } from "./print.ts";
import { readPassword } from "./password.ts";

export interface Answer {
  /** The value of `--json`. */
  readonly value: unknown;
  readonly text: (paint: Paint) => string;
  /** 1: done, and the answer is no. */
  readonly exit?: 0 | 1;
}

export interface Context {
  readonly host: Host;
  readonly options: Options;
  /** Asks the person at the terminal; false without one to ask. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Shows text for review before a question; silent with --json. */
  readonly show: (text: (paint: Paint) => string) => void;
  /** Calls `cancel` when the person interrupts, until the function returned is called. */
  readonly onInterrupt: (cancel: () => void) => () => void;
}

export interface Verb {
  /** Operands as the help shows them; those in brackets may be left out. */
  readonly operands: readonly string[];
  readonly options: readonly OptionName[];
  readonly summary: string;
  /** Refused without --yes or a person to ask; so is --plan where there is none. */
  readonly plans?: boolean;
  /** Looks at files only: no machine is opened for it. */
  readonly needsNoMachine?: boolean;
  readonly run: (operands: readonly string[], context: Context) => Promise<Answer>;
}

const operand = (operands: readonly string[], index: number): string => operands[index] ?? "";

async function upload(path: string): Promise<UploadedFile> {
  const content = await nodeFiles.read(path, certificateFileLimit);
  return { name: path, content: Buffer.from(content).toString("base64") };
}

async function certificateFiles(first: string, options: Options) {
  const files = await Promise.all([first, ...(options.key ?? [])].map(upload));
  const password = await readPassword(options);
  return { files, ...(password !== undefined && { password }) };
}

async function secureRequest(instance: string, options: Options): Promise<SecureRequest> {
  if (options.certificate === undefined) throw problem("usage", { problem: "`endpoint secure` needs --certificate FILE (or the thumbprint of one in the machine's store)." });
  const asThumbprint = cleanThumbprint(options.certificate);
  const inStore = asThumbprint.kind === "sha1" && (await nodeFiles.stat(options.certificate).catch(() => null)) === null;
  const port = options.port === undefined ? undefined : Number(options.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) throw problem("usage", { problem: `--port takes a number from 1 to 65535, not ${options.port ?? ""}.` });
  return {
    instance,
    certificate: inStore ? { thumbprint: asThumbprint.thumbprint } : await certificateFiles(options.certificate, options),
    ...(options.account !== undefined && { account: options.account }),
    ...(options.address !== undefined && { address: options.address }),
    ...(port !== undefined && { port }),
    ...(options["host-name"] !== undefined && { hostName: options["host-name"] }),
    ...(options["allow-expired"] === true && { allowExpired: true }),
    ...(options["take-over"] === true && { takeOver: true }),
  };
}

const planned = ({ planId, title, outcome, operations, verified, findings, certificate }: PlanView) =>
  ({ outcome, planId, title, operations, verified, findings, certificate });

const applied = (value: Applied): Answer => ({ value, text: (paint) => appliedText(value, paint) });

async function carryOut(plan: PlanView, { host, options, confirm, show, onInterrupt }: Context): Promise<Answer> {
  if (options.plan === true || plan.outcome === "unchanged") return { value: planned(plan), text: (paint) => planText(plan, paint) };
  if (options.yes !== true) {
    show((paint) => planText(plan, paint));
    if (!(await confirm("Carry this out?"))) throw problem("plan-cancelled", {});
  }
  const release = onInterrupt(() => void host.plan.cancel({ planId: plan.planId }));
  try {
    return applied(await host.plan.apply({ planId: plan.planId }));
  } finally {
    release();
  }
}

const days = (notAfter: string, now = Date.now()): string => {
  const left = Math.floor((Date.parse(notAfter) - now) / 86_400_000);
  return left < 0 ? "ended" : `${left} days left`;
};

const secretOptions = ["password-file", "password-stdin", "key"] as const;

const certificateHeadings = ["SUBJECT", "VALID UNTIL", "KEY", "THUMBPRINT", "PRIVATE KEY"] as const;

const certificateCells = ({ subject, notAfter, keyType, thumbprint, hasPrivateKey }: Certificate): readonly string[] =>
  [subject, `${notAfter.slice(0, 10)} (${days(notAfter)})`, keyType, thumbprint, hasPrivateKey ? "yes" : "no"];

/** A verb that controls one service by its name. */
const serviceVerb = (summary: string, control: (host: Host, name: string) => Promise<Applied>): Verb => ({
  operands: ["NAME"], options: [], summary,
  run: async (operands, { host }) => applied(await control(host, operand(operands, 0))),
});

/** Every verb under its words. The help is made from this table. */
export const verbs: Readonly<Record<string, Verb>> = {
  "endpoint secure": {
    operands: ["INSTANCE"], plans: true,
    options: ["certificate", ...secretOptions, "account", "address", "port", "host-name", "allow-expired", "take-over"],
    summary: "give an instance TLS: certificate, binding, reservation, configuration and service together",
    run: async (operands, context) => carryOut(await context.host.endpoint.planSecure(await secureRequest(operand(operands, 0), context.options)), context),
  },
  "certificate inspect": {
    operands: ["FILE"], options: secretOptions, needsNoMachine: true,
    summary: "say what a certificate file holds",
    run: async (operands, { host, options }) => {
      const value = await host.certificate.inspect(await certificateFiles(operand(operands, 0), options));
      const failed = value.findings.some(({ severity }) => severity === "error");
      return {
        value, exit: failed ? 1 : 0,
        text: (paint) => [
          `${value.format.toUpperCase()}${value.encryption === null ? "" : `, encrypted with ${value.encryption}`}\n`,
          table(["ROLE", ...certificateHeadings], value.certificates.map((certificate) => [certificate.role, ...certificateCells(certificate)]), "No certificate.", paint),
          findingLines(value.findings, paint),
        ].join(""),
      };
    },
  },
  "certificate list": {
    operands: [], options: [],
    summary: "the certificates in the machine's stores",
    run: async (_, { host }) => {
      const value = await host.certificate.list({});
      return {
        value,
        text: (paint) => table(["STORE", ...certificateHeadings],
          value.map((certificate) => [certificate.store, ...certificateCells(certificate)]), "The stores hold no certificate.", paint),
      };
    },
  },
  "certificate thumbprint": {
    operands: ["TEXT"], options: [],
    summary: "clean a pasted thumbprint, and say what was removed",
    run: async (operands, { host }) => {
      const cleaned = cleanThumbprint(operand(operands, 0));
      const listed = await host.certificate.list({});
      const found = listed.find((certificate) => [certificate.thumbprint, certificate.sha256, certificate.serialNumber].includes(cleaned.thumbprint));
      const kind = found && found.serialNumber === cleaned.thumbprint ? "serial-number" as const : cleaned.kind;
      const value = { ...cleaned, kind, matches: found?.thumbprint ?? null };
      return {
        value, exit: kind === "sha1" ? 0 : 1,
        text: () => `${value.thumbprint}  (${value.kind})\n${value.removed.map((what) => `removed: ${what}\n`).join("")}`,
      };
    },
  },
  "binding list": {
    operands: [], options: [],
    summary: "the certificate bindings of HTTP.sys",
    run: async (_, { host }) => {
      const value = await host.binding.list({});
      return {
        value,
        text: (paint) => table(["ENDPOINT", "KIND", "THUMBPRINT", "APPLICATION", "STORE"],
          value.map((binding) => [binding.endpoint, binding.family, binding.thumbprint ?? "", binding.application ?? binding.applicationId, binding.store]), "There is no binding.", paint),
      };
    },
  },
  "reservation list": {
    operands: [], options: [],
    summary: "the URL reservations of HTTP.sys",
    run: async (_, { host }) => {
      const value = await host.reservation.list({});
      return { value, text: (paint) => table(["URL", "ACCOUNTS"], value.map(({ url, accounts }) => [url, accounts.map(({ name }) => name).join(", ")]), "There is no reservation.", paint) };
    },
  },
  "instance list": {
    operands: [], options: [],
    summary: "the SanteDB instances of this machine",
    run: async (_, { host }) => {
      const value = await host.instance.list({});
      return {
        value,
        text: (paint) => `${table(["NAME", "PRODUCT", "ADDRESS", "CERTIFICATE", "SERVICE", "STATE", "ACCOUNT"],
          value.map((instance) => [instance.name, `${instance.product} ${instance.generation}`,
            instance.scheme === null ? "" : `${instance.scheme}://${instance.host ?? ""}:${instance.port ?? ""}`,
            instance.certificate ? `${instance.certificate.names[0] ?? instance.certificate.subject}, ${days(instance.certificate.notAfter)}` : "none",
            instance.service, instance.state, instance.account]), "No SanteDB instance was found.", paint)}${findingLines(value.flatMap(({ findings }) => findings), paint)}`,
      };
    },
  },
  "instance show": {
    operands: ["NAME"], options: [],
    summary: "one instance: its file and its endpoints",
    run: async (operands, { host }) => {
      const name = operand(operands, 0);
      const value = (await host.instance.list({})).find((instance) => instance.name === name || instance.service === name);
      if (!value) throw problem("not-found", { what: "SanteDB instance", name });
      return {
        value,
        text: (paint) => `${value.name} (${value.product} ${value.generation}), service ${value.service} ${value.state}\n${value.configFile ?? "no configuration file"}\n${table(
          ["SERVICE", "ADDRESS", "CONTRACT"], value.endpoints.map((endpoint) => [endpoint.service, endpoint.address, endpoint.contract]), "It has no endpoint.", paint)}${findingLines(value.findings, paint)}`,
      };
    },
  },
  "service list": {
    operands: [], options: [],
    summary: "the services of this machine",
    run: async (_, { host }) => {
      const value = await host.service.list({});
      return {
        value,
        text: (paint) => table(["NAME", "STATE", "PROCESS", "ACCOUNT", "TITLE"],
          value.map(({ name, state, processId, account, displayName }) => [name, state, processId === 0 ? "" : String(processId), account, displayName]),
          "There is no service.", paint),
      };
    },
  },
  "service start": serviceVerb("start a service and wait until it runs", (host, name) => host.service.start({ name })),
  "service stop": serviceVerb("stop a service and wait until it has stopped", (host, name) => host.service.stop({ name })),
  "service restart": serviceVerb("stop a service, then start it", (host, name) => host.service.restart({ name })),
  "history list": {
    operands: [], options: [],
    summary: "the changes made, newest first",
    run: async (_, { host }) => {
      const value = await host.history.list({});
      return {
        value,
        text: (paint) => table(["ID", "WHEN", "OUTCOME", "BY", "CHANGE"],
          value.map(({ id, at, outcome, by, title }) => [id, at.slice(0, 19).replace("T", " "), outcome, by, title]), "Nothing was changed yet.", paint),
      };
    },
  },
  "history show": {
    operands: ["ID"], options: [],
    summary: "one change: its steps, commands and outcome (`last` is the newest)",
    run: async (operands, { host }) => {
      const value = await host.history.show({ id: operand(operands, 0) });
      return { value, text: (paint) => detailText(value, paint) };
    },
  },
  "history undo": {
    operands: ["[ID]"], options: [],
    summary: "put back what a change did (the newest, where none is named)",
    run: async (operands, { host, options }) => {
      const id = operands[0] ?? "last";
      if (options.plan === true) {
        const plan = await host.history.planUndo({ id });
        return { value: planned(plan), text: (paint) => planText(plan, paint) };
      }
      return applied(await host.history.undo({ id }));
    },
  },
  "history recover": {
    operands: [], options: ["finish", "keep"],
    summary: "put back a change that was cut short; with --finish, carry it through",
    run: async (_, { host, options }) => {
      if (options.finish === true && options.keep === true) throw problem("usage", { problem: "Choose one of --finish and --keep." });
      const value = await host.history.recover({ direction: options.finish === true ? "finish" : options.keep === true ? "keep" : "undo" });
      return { value, text: (paint) => value.length === 0 ? "Nothing was cut short.\n" : value.map((entry) => appliedText(entry, paint)).join("") };
    },
  },
};
