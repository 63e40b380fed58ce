// The planner of service control: a service goes down and comes up with those that depend on it, and is seen to listen.
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { winningBinding } from "../http-sys/precedence.ts";
import type { Machine, ServiceRecord } from "../machine.ts";
import { findInstances } from "../santedb/discovery.ts";
import { santeDbServices, serviceOfName } from "../santedb/service-recognition.ts";
import { dependantsFinding } from "./circumstances.ts";
import type { Operation } from "./operation.ts";
import { planId, type Plan } from "./plan.ts";
import { httpChecks, proofOf } from "./proof.ts";
import { serviceSteps } from "./steps.ts";

export interface ControlRequest {
  /** Of the service in any case, or of its instance. */
  readonly name: string;
  readonly verb: "start" | "stop" | "restart";
  /** Lets a process be ended that does not stop in time. */
  readonly endProcess: boolean;
}

const titles = { start: "Start", stop: "Stop", restart: "Restart" } as const;

async function serviceNamed(machine: Machine, services: readonly ServiceRecord[], name: string): Promise<ServiceRecord> {
  const own = services.find((service) => service.name.toLowerCase() === name.toLowerCase());
  if (own) return own;
  const instance = serviceOfName(await santeDbServices(machine), name);
  const found = instance && services.find((service) => service.name === instance.record.name);
  if (!found) throw problem("service-missing", { service: name });
  return found;
}

/** That a SanteDB service which comes up listens: an answer over http, the bound certificate over https. */
async function listeningChecks(machine: Machine, service: ServiceRecord): Promise<{ readonly checks: readonly Operation[]; readonly proof: readonly Operation[]; readonly findings: readonly Finding[] }> {
  const found = (await findInstances(machine)).find(({ instance }) => instance.service === service.name);
  const configuration = found?.read?.configuration;
  if (!found || !configuration) return { checks: [], proof: [], findings: [] };
  const { port, scheme, host } = found.instance;
  const loopbacks = await machine.network.loopbacks();
  const proof = await proofOf(machine, found.instance, configuration, loopbacks);
  if (port === null || scheme === null) return { checks: [], proof, findings: [] };
  const first = configuration.endpoints.filter((endpoint) => endpoint.port === port).slice(0, 1);
  if (scheme === "http") return { checks: httpChecks(first, host ?? "0.0.0.0", loopbacks.slice(0, 1)), proof, findings: [] };
  const bindings = await machine.httpSys.bindings();
  const [address = "127.0.0.1"] = loopbacks;
  const thumbprint = winningBinding(bindings, { localAddress: address, port, serverName: null }).winner?.thumbprint;
  if (!thumbprint) {
    return { checks: [], proof, findings: [{
      code: "binding-missing", severity: "warning", message: `No certificate is bound to port ${port}, so whether the service listens cannot be seen from outside.`, hint: "Bind one with `lockstep endpoint secure`.",
    }] };
  }
  return {
    proof, findings: [],
    checks: [
      { kind: "verify.tls", address, port, serverName: null, thumbprint },
      ...first.map(({ path }): Operation => ({ kind: "verify.http", scheme, address, port, serverName: null, host: host === "0.0.0.0" || host === null ? `${address}:${port}` : `${host}:${port}`, path })),
    ],
  };
}

/** The plan of one service control, so that it is shown, proven and recorded like any other change. Throws service-missing. */
export async function planControl(machine: Machine, { name, verb, endProcess }: ControlRequest, random: number): Promise<Plan> {
  const services = await machine.services.list();
  const service = await serviceNamed(machine, services, name);
  const around = serviceSteps(services, service, endProcess);
  const comesUp = verb === "restart" || (verb === "start" && service.state !== "running");
  const { checks, proof, findings } = comesUp ? await listeningChecks(machine, service) : { checks: [], proof: [], findings: [] };
  const operations: readonly Operation[] = [
    ...(verb === "start" ? [] : around.stop),
    ...(verb === "restart" ? around.start : comesUp ? around.start.slice(0, 1) : []),
    ...checks,
  ];
  return {
    id: planId(machine.clock.now(), random), title: `${titles[verb]} ${service.name}`, operations: [...operations], proof: [...proof], certificate: null, differences: [],
    findings: [...findings, ...(verb !== "start" && around.dependants.length > 0 ? [dependantsFinding(around.dependants)] : [])],
  };
}
