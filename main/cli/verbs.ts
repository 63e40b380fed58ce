// The verbs: each turns its operands and options into calls of the contract, and its answer into a value and a text.
import type { SecureRequest } from "../../app/contract.ts";
import { problem } from "../../app/errors.ts";
import { certificateSource, thumbprintOf } from "./certificate-files.ts";
import { certificateVerbs, daysLeft, secretOptions } from "./certificate-verbs.ts";
import { configurationVerbs, instanceText, located, settingOptions, settingsOf } from "./configuration-verbs.ts";
import { httpSysVerbs } from "./http-sys-verbs.ts";
import { keyUserVerbs } from "./key-user-verbs.ts";
import { numberOf, oneOf, portOf, type Options } from "./options.ts";
import { appliedText, detailText, findingLines, planText, table } from "./print.ts";
import { proxyLintVerbs } from "./proxy-lint-verb.ts";
import { proxyVerbs, siteOptions, siteWishes } from "./proxy-verbs.ts";
import { signatureVerbs } from "./signature-verbs.ts";
import { applied, carryOut, operand, planned, type Verb } from "./verb.ts";

/** Who speaks TLS, and of NGINX the site before the instance. Throws usage. */
function speakerOf(options: Options): Pick<SecureRequest, "by" | "site"> {
  const by = options.by === undefined ? undefined : oneOf(["http-sys", "nginx", "mono"], options.by, "--by");
  const port = numberOf(options, "site-port", 65535);
  const given = (["site-port", ...siteOptions] as const).find((name) => options[name] !== undefined);
  if (given !== undefined && by !== undefined && by !== "nginx") throw problem("usage", { problem: `--${given} is for --by nginx alone.` });
  return {
    ...(by !== undefined && { by }),
    ...(given !== undefined && { site: { ...siteWishes(options), ...(options["server-name"] !== undefined && { serverNames: options["server-name"] }), ...(port !== undefined && { port }) } }),
  };
}

async function secureRequest(instance: string, options: Options): Promise<SecureRequest> {
  if (options.certificate === undefined) throw problem("usage", { problem: "`endpoint secure` needs --certificate FILE (or the thumbprint of one in the machine's store)." });
  const port = portOf(options);
  return {
    instance: await located(instance),
    certificate: await certificateSource(options.certificate, options),
    ...(options.account !== undefined && { account: options.account }),
    ...(options.address !== undefined && { address: options.address }),
    ...(port !== undefined && { port }),
    ...(options["host-name"] !== undefined && { hostName: options["host-name"] }),
    ...(options["allow-expired"] === true && { allowExpired: true }),
    ...(options["take-over"] === true && { takeOver: true }),
    ...speakerOf(options),
    ...settingsOf(options),
  };
}

/** A verb that controls one service by its name. */
const serviceVerb = (verb: "start" | "stop" | "restart", summary: string): Verb => ({
  operands: ["NAME"], options: verb === "start" ? [] : ["end-process"], summary,
  run: async (operands, { host, options }) => {
    const request = { name: operand(operands, 0), ...(options["end-process"] === true && { endProcess: true }) };
    if (options.plan !== true) return applied(await host.service[verb](request));
    const plan = await host.service.plan({ ...request, verb });
    return { value: planned(plan), text: (paint) => planText(plan, paint) };
  },
});

/** Every verb under its words. The help is made from this table. */
export const verbs: Readonly<Record<string, Verb>> = {
  "endpoint secure": {
    operands: ["INSTANCE"], plans: true,
    options: ["certificate", ...secretOptions, "account", "address", "port", "host-name", "allow-expired", "take-over", "by", "site-port", ...siteOptions, ...settingOptions],
    summary: "give an instance TLS: certificate, binding or site, configuration and service together",
    run: async (operands, context) => carryOut(await context.host.endpoint.planSecure(await secureRequest(operand(operands, 0), context.options)), context),
  },
  "endpoint unsecure": {
    operands: ["INSTANCE"], plans: true, options: ["port"],
    summary: "take TLS off an instance again: configuration, binding and reservation together",
    run: async (operands, context) => {
      const port = portOf(context.options);
      return carryOut(await context.host.endpoint.planUnsecure({ instance: await located(operand(operands, 0)), ...(port !== undefined && { port }) }), context);
    },
  },
  "endpoint replace-certificate": {
    operands: ["OLD", "NEW"], plans: true, options: [...secretOptions, "allow-expired", "take-over"],
    summary: "put one certificate in the place of another, in every binding and configuration at once",
    run: async (operands, context) => {
      const old = thumbprintOf(operand(operands, 0), "OLD");
      return carryOut(await context.host.endpoint.planReplaceCertificate({
        old, certificate: await certificateSource(operand(operands, 1), context.options),
        ...(context.options["allow-expired"] === true && { allowExpired: true }), ...(context.options["take-over"] === true && { takeOver: true }),
      }), context);
    },
  },
  ...certificateVerbs,
  ...configurationVerbs,
  ...httpSysVerbs,
  ...proxyLintVerbs,
  ...keyUserVerbs,
  ...proxyVerbs,
  ...signatureVerbs,
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
            instance.certificate ? `${instance.certificate.names[0] ?? instance.certificate.subject}, ${daysLeft(instance.certificate.notAfter)}` : "none",
            instance.service, instance.state, instance.account]), "No SanteDB instance was found.", paint)}${findingLines(value.flatMap(({ findings }) => findings), paint)}`,
      };
    },
  },
  "instance show": {
    operands: ["NAME"], options: [],
    summary: "one instance: its service, its files, its endpoints, who is joined to it",
    run: async (operands, { host }) => {
      const value = await host.instance.show({ name: await located(operand(operands, 0)) });
      return { value, text: (paint) => instanceText(value, paint) };
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
  "service start": serviceVerb("start", "start a service and wait until it answers"),
  "service stop": serviceVerb("stop", "stop a service, and those that depend on it, and wait until they have stopped"),
  "service restart": serviceVerb("restart", "stop a service, start it and see that it answers"),
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
