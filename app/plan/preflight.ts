// The last look before the first step: the machine must be as it was when the plan was made and reviewed.
import { problem, type LockstepError } from "../errors.ts";
import { sameBinding } from "../http-sys/binding.ts";
import type { Machine } from "../machine.ts";
import { boundThumbprint } from "./mono-binding.ts";
import { isWhole } from "../whole-file.ts";
import { configurationLimit } from "../santedb/configuration.ts";
import { readKept } from "../santedb/backup.ts";
import { sha256 } from "./hash.ts";
import type { Operation } from "./operation.ts";
import type { Plan } from "./plan.ts";

const sameText = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

async function changeOf(machine: Machine, operation: Operation): Promise<LockstepError | null> {
  switch (operation.kind) {
    case "certificate.import": {
      const present = await machine.certificates.find(operation.store, operation.thumbprint);
      const imported = present !== null && (present.hasPrivateKey || !operation.withKey);
      return imported ? problem("plan-outdated", { what: `The certificate ${operation.subject} was imported` }) : null;
    }
    case "certificate.remove": {
      const present = await machine.certificates.find(operation.store, operation.thumbprint);
      return present ? null : problem("plan-outdated", { what: `The certificate ${operation.subject} was removed` });
    }
    case "reservation.add": {
      // One that stands in the way may be removed by a step before this one; the step itself refuses any other.
      return null;
    }
    case "reservation.remove": {
      const present = (await machine.httpSys.reservations()).find(({ url }) => sameText(url, operation.url));
      return present?.sddl === operation.sddl ? null : problem("plan-outdated", { what: `The reservation of ${operation.url} was changed` });
    }
    case "binding.set":
    case "binding.remove": {
      const endpoint = operation.kind === "binding.set" ? operation.next.endpoint : operation.previous.endpoint;
      const present = (await machine.httpSys.bindings()).find((binding) => sameText(binding.endpoint, endpoint)) ?? null;
      const asPlanned = operation.previous === null ? present === null : present !== null && sameBinding(present, operation.previous);
      return asPlanned ? null : problem("binding-changed", { endpoint });
    }
    case "file.write": {
      const found = sha256(await machine.files.read(operation.path, configurationLimit));
      return found === operation.sha256Before ? null : problem("file-changed", { file: operation.path });
    }
    case "file.replace": {
      const found = sha256(await machine.files.read(operation.path, configurationLimit));
      if (found !== operation.sha256Before) return problem("file-changed", { file: operation.path });
      const source = sha256(await readKept(machine.files, operation.source));
      return source === operation.sha256After ? null : problem("file-changed", { file: operation.source });
    }
    case "service.stop": {
      const service = await machine.services.find(operation.service);
      if (!service) return problem("service-missing", { service: operation.service });
      return service.state === "stopped" ? problem("plan-outdated", { what: `The service ${operation.service} was stopped` }) : null;
    }
    case "file.put": {
      return await isWhole(machine.files, operation.path, operation.previous) ? null : problem("file-changed", { file: operation.path });
    }
    case "link.set": {
      return await machine.files.linkTarget(operation.path) === operation.previous ? null : problem("file-changed", { file: operation.path });
    }
    case "proxy.check": {
      const running = (await machine.nginx?.state())?.masterId !== 0;
      return running === operation.wasRunning ? null : problem("plan-outdated", { what: `NGINX was ${running ? "started" : "stopped"}` });
    }
    case "mono.bind": {
      const present = await boundThumbprint(machine, operation);
      return present === operation.previous ? null : problem("plan-outdated", { what: `What Mono presents on port ${operation.port} was changed` });
    }
    case "proxy.reload":
    case "proxy.stop":
    case "verify.site":
    case "verify.redirect":
    case "verify.absence":
    case "file.restore":
    case "service.start":
    case "verify.tls":
    case "verify.http":
    case "verify.configuration":
      return null;
  }
}

/**
 * Throws for the first thing that is no longer as the plan found it, nothing being changed yet: plan-outdated,
 * binding-changed, file-changed, service-missing, and what reading the machine throws. A plan made while another was
 * being carried out must not add its steps to it: undoing them would then not lead back.
 */
export async function preflight(machine: Machine, plan: Plan): Promise<void> {
  for (const operation of plan.operations) {
    const change = await changeOf(machine, operation);
    if (change) throw change;
  }
}
