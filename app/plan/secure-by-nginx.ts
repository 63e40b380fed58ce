// The planner that has NGINX speak TLS for an instance: its site, and what of its configuration goes with it.
import { isAddress, isDnsName } from "../certificates/host-name.ts";
import type { CertificateReader } from "../certificates/reader.ts";
import type { PublishRequest, SecureRequest } from "../contract.ts";
import { problem } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { Machine } from "../machine.ts";
import { settle } from "../nginx/settled-site.ts";
import { findInstance } from "../santedb/discovery.ts";
import { planEdit } from "../santedb/edit.ts";
import { isLoopback } from "../santedb/endpoint.ts";
import { choose } from "./chosen.ts";
import { dependantsFinding, settingsOf } from "./circumstances.ts";
import { nginxNow } from "./nginx-now.ts";
import type { Operation } from "./operation.ts";
import { planId } from "./plan.ts";
import { configurationCheck, httpChecks, isTaken, proofOf, tryVerify } from "./proof.ts";
import { siteFor } from "./publish.ts";
import type { Planned } from "./secure.ts";
import { siteSteps } from "./site-steps.ts";
import { fileSteps, serviceSteps } from "./steps.ts";

const mostNames = 50;

/** Host names of a certificate that clients can ask for. */
const namesOf = (names: readonly string[]): readonly string[] => names.map((name) => name.toLowerCase()).filter((name) => !isAddress(name) && isDnsName(name)).slice(0, mostNames);

/** Where NGINX on the same machine reaches an instance that listens under `host`. */
function upstreamOf(host: string, port: number): string {
  if (host === "0.0.0.0") return `http://127.0.0.1:${port}`;
  return host === "[::]" ? `http://[::1]:${port}` : `http://${host}:${port}`;
}

/**
 * Reads the machine and gives the plan; changes nothing. Order: what is to change of the configuration while the service is
 * stopped, the certificate and its trial, the site, NGINX, and the proof through NGINX of every endpoint.
 *
 * Throws what reading the certificate, the configuration and the machine throws, and instance-speaks-tls, service-missing,
 * configuration-no-endpoint, and what `planPublish` throws for its site.
 */
export async function planSecureByNginx(machine: Machine, reader: CertificateReader, request: SecureRequest, random: number): Promise<Planned> {
  const { site: wanted = {} } = request;
  const [first] = wanted.serverNames ?? [];
  const asked = first ?? request.hostName;
  const chosen = await choose(machine, reader, request, asked?.startsWith("*.") === true ? undefined : asked);
  const { instance, configuration, files, file } = await findInstance(machine, request.instance);
  const services = await machine.services.list();
  const service = services.find(({ name }) => name === instance.service);
  if (!service) throw problem("service-missing", { service: instance.service });
  const ofPort = configuration.endpoints.filter(({ port }) => request.port === undefined || port === request.port);
  const speaking = ofPort.find(({ scheme }) => scheme === "https");
  if (speaking) throw problem("instance-speaks-tls", { instance: instance.name, port: speaking.port });

  const { edits, warnings, port, host } = planEdit(files, {
    scheme: "http", ...(request.port !== undefined && { port: request.port }), ...(request.address !== undefined && { host: request.address }), ...await settingsOf(machine, request),
  });
  if (port === null || host === null) throw problem("configuration-no-endpoint", { file });
  if (service.state === "stopped" && await isTaken(machine, "127.0.0.1", port)) throw problem("port-taken", { port });

  const [now, loopbacks] = await Promise.all([nginxNow(machine), machine.network.loopbacks()]);
  const serverNames = wanted.serverNames ?? (request.hostName !== undefined && request.hostName !== "" ? [request.hostName] : namesOf(chosen.certificate.names));
  if (serverNames.length === 0) throw problem("input-invalid", { problem: "the certificate has no host name, so clients cannot ask for one; give --server-name." });
  const described: PublishRequest = {
    site: {
      ...wanted, kind: instance.product === "icdr" ? "icdr" : "dcdr", serverNames: [...serverNames], upstreams: [upstreamOf(host, port)],
      ...(wanted.upstreamHost === undefined && host !== "0.0.0.0" && host !== "[::]" && { upstreamHost: `${host}:${port}` }),
    },
    certificate: request.certificate,
  };
  const site = siteFor(now, described, chosen.certificate.thumbprint, loopbacks);
  const settled = settle(site);
  const endpoints = configuration.endpoints.filter((endpoint) => endpoint.port === port);
  const steps = await siteSteps(machine, now, { site, chosen, imports: true, paths: endpoints.map(({ path }) => ({ path })) }, await machine.certificates.list());

  const id = planId(machine.clock.now(), random);
  const written = await fileSteps(machine, edits, id);
  const around = serviceSteps(services, service);
  const restart = edits.length > 0 || service.state !== "running";
  const reachable = loopbacks.filter((address) => host === "0.0.0.0" ? !address.includes(":") : host === "[::]" ? address.includes(":") : true).slice(0, 1);
  const changes: readonly Operation[] = [
    ...(restart ? [...around.stop, ...written.operations, ...around.start, ...configurationCheck(configuration, edits), ...httpChecks(endpoints.slice(0, 1), host, reachable)] : []),
    ...steps.prepare, ...steps.publish,
  ];
  const findings: readonly Finding[] = [
    // That other computers reach it through NGINX alone is what is wanted.
    ...steps.findings, ...warnings.filter(({ code }) => code !== "loopback-only"), ...openFindings(host, port), ...baseAddressFindings(request, configuration.generation, settled.serverNames[0] ?? "", settled.port, instance.product === "icdr"),
    ...(restart && around.dependants.length > 0 ? [dependantsFinding(around.dependants)] : []),
  ];
  return {
    plan: {
      id, title: `Secure ${endpoints.length} ${endpoints.length === 1 ? "endpoint" : "endpoints"} of ${instance.name} through NGINX, as ${settled.serverNames[0] ?? ""}`,
      operations: changes.length === 0 ? [] : [...changes, ...steps.checks],
      proof: changes.length === 0 ? [] : [...restart ? await proofOf(machine, instance, configuration, reachable) : [], ...steps.proof],
      findings: [...findings], certificate: { ...chosen.certificate, hasPrivateKey: true }, differences: [...written.differences, ...steps.differences],
    },
    materials: changes.length === 0 ? new Map() : steps.materials,
    verified: changes.length === 0 ? await tryVerify(machine, steps.checks) : [],
  };
}

const openFindings = (host: string, port: number): readonly Finding[] => (isLoopback(host) ? [] : [{
  code: "plain-http-open", severity: "warning", message: `Port ${port} goes on answering over plain http, also to other computers.`,
  hint: "Have SanteDB listen for this computer alone with --address 127.0.0.1, or close the port in the firewall.",
}]);

/** SanteDB writes its own address into links; behind a proxy it must be told the one that clients use. */
const baseAddressFindings = ({ baseAddress }: SecureRequest, generation: "v2" | "v3", name: string, port: number, matters: boolean): readonly Finding[] => (baseAddress !== undefined || generation === "v2" || !matters ? [] : [{
  code: "base-address-unset", severity: "information", message: "SanteDB is not told the address that clients use, and writes its own into links.",
  hint: `Say it with --base-address https://${name}${port === 443 ? "" : `:${port}`}; the service is then restarted.`,
}]);
