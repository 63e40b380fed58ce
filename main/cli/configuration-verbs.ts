// The verbs about SanteDB's configurations: shown, moved to https and back, kept, compared, restored.
import { resolve } from "node:path";
import type { ConfigurationRequest, PlanView } from "../../app/contract.ts";
import { problem } from "../../app/errors.ts";
import type { Host } from "../../app/host.ts";
import type { Backup, ConfigurationView, SectionRole, ServiceRole, UrlRole } from "../../app/santedb/configuration-view.ts";
import type { InstanceDetail } from "../../app/santedb/instance.ts";
import { nodeFiles } from "../storage/file.ts";
import { thumbprintOf } from "./certificate-files.ts";
import { portOf, type Options, type OptionName } from "./options.ts";
import { differenceLines, findingLines, printable, table, type Paint } from "./print.ts";
import { carryOut, operand, planned, type Answer, type Context, type Verb } from "./verb.ts";

/** Options of what may be set in a configuration besides its addresses. */
export const settingOptions = ["client-certificates", "client-issuer", "base-address", "fhir-base"] as const satisfies readonly OptionName[];

export function settingsOf(options: Options): Pick<ConfigurationRequest, "clientCertificates" | "clientIssuers" | "baseAddress" | "fhirBase"> {
  const clients = options["client-certificates"];
  if (clients !== undefined && clients !== "on" && clients !== "off") throw problem("usage", { problem: `--client-certificates takes on or off, not ${clients}.` });
  const issuers = options["client-issuer"];
  return {
    ...(clients !== undefined && { clientCertificates: clients === "on" }),
    ...(issuers !== undefined && { clientIssuers: issuers.map((text) => thumbprintOf(text, "--client-issuer")) }),
    ...(options["base-address"] !== undefined && { baseAddress: options["base-address"] }),
    ...(options["fhir-base"] !== undefined && { fhirBase: options["fhir-base"] }),
  };
}

const isFile = async (path: string): Promise<boolean> => (await nodeFiles.stat(path).catch(() => null)) !== null;

/** A path as the machine needs it, whatever folder this was called from; a name as it is. */
export const located = async (text: string): Promise<string> => (await isFile(text) ? resolve(text) : text);

async function requestOf(name: string, options: Options): Promise<ConfigurationRequest> {
  const port = portOf(options);
  return {
    of: await located(name),
    ...(options.address !== undefined && { address: options.address }),
    ...(port !== undefined && { port }),
    ...(options.certificate !== undefined && { certificate: thumbprintOf(options.certificate, "--certificate") }),
    ...settingsOf(options),
  };
}

/** What a change of a configuration comes to: its file first, and all of the plan besides. */
async function changeValue(host: Host, of: string, plan: PlanView) {
  const changed = plan.files.find(({ changes }) => changes.length > 0) ?? plan.files[0];
  const warnings = plan.findings;
  const changes = plan.files.flatMap(({ file, changes: own }) => own.map((change) => ({ ...change, file })));
  if (changed) return { file: changed.file, changes, warnings, sha256Before: changed.sha256Before, sha256After: changed.sha256After, backup: changed.backup, files: plan.files };
  const { files, restFile, file } = await host.configuration.show({ of });
  const present = files.find((each) => each.file === (restFile ?? file))?.sha256 ?? "";
  return { file: restFile ?? file, changes, warnings, sha256Before: present, sha256After: present, backup: null, files: plan.files };
}

/** An edit of a file alone is made at once, as an editor saves; one that stops a service is asked about like any other. */
async function change(name: string, context: Context, plan: (request: ConfigurationRequest) => Promise<PlanView>): Promise<Answer> {
  const request = await requestOf(name, context.options);
  const made = await plan(request);
  const stops = made.operations.some(({ kind }) => kind === "service.stop");
  const value = await changeValue(context.host, request.of, made);
  const answer = await carryOut(made, context, stops);
  return { ...answer, value: { ...(answer.value as object), ...value } };
}

const roleNames: Readonly<Record<ServiceRole, string>> = {
  authentication: "sign-in", hdsi: "health data", ami: "administration", bis: "reports", application: "application", web: "web pages", fhir: "FHIR", gs1: "GS1 stock", documentation: "documentation", other: "",
};
const sectionNames: Readonly<Record<SectionRole, string>> = {
  rest: "the addresses it listens on", hl7: "HL7 v2 listeners", client: "servers that it calls", upstream: "the iCDR that it is joined to", oauth: "tokens", fhir: "FHIR", data: "databases", security: "security", applications: "applications and services", other: "",
};
const urlNames: Readonly<Record<UrlRole, string>> = {
  "upstream": "joined to", "client": "calls", "issuer": "token issuer", "fhir-base": "FHIR base", "base-address": "external address", "cors": "allowed origin", "hl7-listener": "HL7 listener", "other": "other",
};
const reachNames = { "this-computer": "this computer only", "every-address": "every address", "one-host": "this host only" } as const;

function configurationText({ files, sections, services, urls, findings, generation, version }: ConfigurationView, paint: Paint): string {
  const [main, ...included] = files;
  const head = `${paint("bold", printable(main?.file ?? ""))}${generation === null ? "" : ` (${generation}${version === null ? "" : `, written by SanteDB ${printable(version)}`})`}\n`
    + included.map(({ file, includedBy }) => `  includes ${printable(file)} (line ${includedBy?.line ?? 0})\n`).join("");
  const endpoints = table(["SERVICE", "FOR", "ADDRESS", "REACHED BY", "CERTIFICATE", "CLIENT CERTIFICATES", "LINE"], services.flatMap(({ name, role, endpoints: own }) =>
    own.map(({ address, reach, kind, certificate, clientCertificates, line }) => [name, roleNames[role], address, reach ? reachNames[reach] : kind === "invalid" ? "not an address" : "not HTTP",
      certificate ?? "", clientCertificates === null ? "" : clientCertificates ? "asked for" : "no", String(line)])), "It has no endpoint.", paint);
  const rest = `\n${table(["SECTION", "FOR", "LINE"], sections.map(({ name, role, protected: isProtected, line }) => [name, isProtected ? "encrypted, kept as it is" : sectionNames[role], String(line)]), "It has no section.", paint)}`;
  const elsewhere = urls.length === 0 ? "" : `\n${table(["URL", "IS", "LINE"], urls.map(({ value, role, line }) => [value, urlNames[role], String(line)]), "", paint)}`;
  return `${head}\n${endpoints}${rest}${elsewhere}${findings.length === 0 ? "" : `\n${findingLines(findings, paint)}`}`;
}

export function instanceText(value: InstanceDetail, paint: Paint): string {
  const { name, product, generation, displayName, service, state, processId, account, accountSid, version, imagePath, candidates, configuration, dependencies, dependants, joins, shortcuts, certificate } = value;
  const facts = [
    ["Service", `${service} (${displayName}), ${state}${processId === 0 ? "" : `, process ${processId}`}`],
    ["Program", `${imagePath}${version === null ? "" : `, version ${version}`}`],
    ["Account", `${account}${accountSid === null ? ", not known on this machine" : ` (${accountSid})`}`],
    ["Certificate", certificate ? `${certificate.names[0] ?? certificate.subject}, ${certificate.thumbprint}` : "none"],
    ...(dependencies.length > 0 ? [["Needs", dependencies.join(", ")]] : []),
    ...(dependants.length > 0 ? [["Needed by", dependants.join(", ")]] : []),
    ...joins.map(({ direction, instance, address }) => [direction === "to" ? "Joined to" : "Joined by", instance === null ? address : `${instance}, at ${address}`]),
    ...shortcuts.map(({ path, url }) => ["Link", `${path} → ${url}`]),
  ] as const;
  const width = Math.max(...facts.map(([title = ""]) => title.length));
  const present = candidates.filter(({ state: of }) => of !== "absent");
  return `${paint("bold", printable(name))} (${product} ${generation})\n${facts.map(([title = "", text = ""]) => `  ${title.padEnd(width)}  ${printable(text)}\n`).join("")}\n`
    + `${table(["FILE", "", "LOOKED FOR BY"], present.map(({ path, state: of, rule }) => [path, of === "used" ? "read" : "not read", rule]), "It has no configuration file yet.", paint)}\n`
    + (configuration ? configurationText(configuration, paint) : findingLines(value.findings, paint));
}

const backupNames: Readonly<Record<Backup["kind"], string>> = { "lockstep": "Lockstep", "santedb": "SanteDB", "configuration-tool": "Configuration Tool", "other": "someone" };

/** A path is meant as a file also where none is there: no machine is made for the answer that it is missing. */
const fileAlone = async (operands: readonly string[]): Promise<boolean> => /[\\/]/.test(operand(operands, 0)) || isFile(operand(operands, 0));

export const configurationVerbs: Readonly<Record<string, Verb>> = {
  "config show": {
    operands: ["FILE|INSTANCE"], options: [], fileAlone,
    summary: "a configuration: what it listens on, what it includes, and what each part means",
    run: async (operands, { host }) => {
      const value = await host.configuration.show({ of: await located(operand(operands, 0)) });
      return { value, text: (paint) => configurationText(value, paint), exit: value.findings.some(({ severity }) => severity === "error") ? 1 : 0 };
    },
  },
  "config secure": {
    operands: ["FILE|INSTANCE"], options: ["address", "port", "certificate", ...settingOptions], fileAlone,
    summary: "change the addresses of a configuration to https, and not another byte (a copy is kept)",
    run: (operands, context) => change(operand(operands, 0), context, (request) => context.host.configuration.planSecure(request)),
  },
  "config unsecure": {
    operands: ["FILE|INSTANCE"], options: ["address", "port", ...settingOptions], fileAlone,
    summary: "change the addresses of a configuration back to http",
    run: (operands, context) => change(operand(operands, 0), context, (request) => context.host.configuration.planUnsecure(request)),
  },
  "config backups": {
    operands: ["FILE|INSTANCE"], options: [], fileAlone,
    summary: "the copies beside a configuration: whose, from when, and whether they differ from it",
    run: async (operands, { host }) => {
      const value = await host.configuration.backups({ of: await located(operand(operands, 0)) });
      return {
        value,
        text: (paint) => table(["MADE", "BY", "SCHEME", "COMPARED", "SHA-256", "FILE"], value.map(({ at, kind, scheme, relation, sha256, file, intact, readable }) => [
          at.slice(0, 19).replace("T", " "), `${backupNames[kind]}${intact === false ? " (changed since)" : ""}`, scheme ?? "",
          !readable ? "cannot be read" : relation === "same" ? "the same" : relation, sha256?.slice(0, 16) ?? "", file,
        ]), "There is no copy beside it.", paint),
      };
    },
  },
  "config compare": {
    operands: ["FILE|INSTANCE", "BACKUP"], options: [], fileAlone,
    summary: "the lines in which a configuration differs from one of its backups",
    run: async (operands, { host }) => {
      const value = await host.configuration.compare({ of: await located(operand(operands, 0)), backup: await located(operand(operands, 1)) });
      return {
        value, exit: value.lines.length === 0 ? 0 : 1,
        text: (paint) => value.lines.length === 0 ? "They do not differ.\n" : `- ${printable(value.file)}\n+ ${printable(value.backup)}\n${differenceLines(value.lines, "", paint)}`,
      };
    },
  },
  "config restore": {
    operands: ["FILE|INSTANCE", "BACKUP"], options: [], fileAlone,
    summary: "put a backup in the place of a configuration, keeping what is there now",
    run: async (operands, context) => {
      const plan = await context.host.configuration.planRestore({ of: await located(operand(operands, 0)), backup: await located(operand(operands, 1)) });
      const answer = await carryOut(plan, context, plan.operations.some(({ kind }) => kind === "service.stop"));
      return { ...answer, value: { ...planned(plan), ...(answer.value as object) } };
    },
  },
};
