// The planner that takes TLS off an instance again: configuration, binding and reservation together.
import { problem } from "../errors.ts";
import { accountName, mayListenUnreserved, sddlTrustee } from "../http-sys/account.ts";
import { isSanteDb } from "../http-sys/application.ts";
import { parseEndpoint } from "../http-sys/binding.ts";
import { formatSddl } from "../http-sys/sddl.ts";
import type { Machine } from "../machine.ts";
import { findInstance } from "../santedb/discovery.ts";
import { planEdit } from "../santedb/edit.ts";
import { reservationUrl } from "../santedb/endpoint.ts";
import { accountSid } from "../santedb/service.ts";
import { lossFindings } from "./binding.ts";
import { dependantsFinding, surroundingFindings } from "./circumstances.ts";
import type { PlannedChange } from "./configuration.ts";
import type { Operation } from "./operation.ts";
import { planId } from "./plan.ts";
import { configurationCheck, httpChecks, proofOf, tryVerify } from "./proof.ts";
import { fileSteps, serviceSteps } from "./steps.ts";

/**
 * Reads the machine and gives the plan; changes nothing. SanteDB's own records of the port go, other products' stay. An
 * account that needs one gets its reservation for http; that for https goes where it is for this account alone.
 * Throws as `findInstance` and `planEdit`, and service-missing, account-unknown, file-read-only, configuration-no-endpoint.
 */
export async function planUnsecure(machine: Machine, name: string, wantedPort: number | undefined, random: number): Promise<PlannedChange> {
  const found = await findInstance(machine, name);
  const { instance, configuration, files, file } = found;
  const services = await machine.services.list();
  const service = services.find((each) => each.name === instance.service);
  if (!service) throw problem("service-missing", { service: instance.service });
  const [sid, bindings, reservations, loopbacks] = await Promise.all([
    accountSid(machine, service.account), machine.httpSys.bindings(), machine.httpSys.reservations(), machine.network.loopbacks(),
  ]);
  if (sid === null) throw problem("account-unknown", { account: service.account });

  const { edits, warnings, port, host } = planEdit(files, { scheme: "http", ...(wantedPort !== undefined && { port: wantedPort }) });
  if (port === null || host === null) throw problem("configuration-no-endpoint", { file });
  const id = planId(machine.clock.now(), random);
  const written = await fileSteps(machine, edits, id);
  const records = bindings.filter((binding) => parseEndpoint(binding.endpoint)?.port === port && isSanteDb(binding.applicationId));
  const reservationOf = (scheme: "http" | "https") => reservations.find(({ url }) => url.toLowerCase() === reservationUrl(scheme, host, port));
  const account = accountName(sid) === sid ? service.account : accountName(sid);
  const left = reservationOf("https");
  const ownAlone = left !== undefined && left.accounts.length === 1 && left.accounts[0]?.sid === sid;
  const around = serviceSteps(services, service);
  const restart = edits.length > 0 || service.state !== "running";
  const changes: Operation[] = [
    ...(!mayListenUnreserved(sid) && !reservationOf("http") ? [{ kind: "reservation.add" as const, url: reservationUrl("http", host, port), sddl: formatSddl([{ trustee: sddlTrustee(sid), rights: ["listen"] }]), account }] : []),
    ...(restart ? [...around.stop, ...written.operations] : []),
    ...records.map((previous): Operation => ({ kind: "binding.remove", previous })),
    ...(ownAlone ? [{ kind: "reservation.remove" as const, url: left.url, sddl: left.sddl, account }] : []),
    ...(restart ? [...around.start, ...configurationCheck(configuration, edits)] : []),
  ];
  const checks = httpChecks(configuration.endpoints.filter((endpoint) => endpoint.port === port), host, loopbacks);
  return {
    plan: {
      id, title: `Take TLS off ${instance.name}`, certificate: null, differences: written.differences,
      operations: changes.length === 0 ? [] : [...changes, ...checks],
      findings: [
        ...warnings, ...records.flatMap(lossFindings), ...await surroundingFindings(machine, instance.service, port, edits.length > 0, "http"),
        ...(restart && around.dependants.length > 0 ? [dependantsFinding(around.dependants)] : []),
      ],
      proof: changes.length === 0 ? [] : [...await proofOf(machine, instance, configuration, loopbacks)],
    },
    verified: changes.length === 0 ? await tryVerify(machine, checks) : [],
  };
}
