// What can be asked for on the pages of an instance and of a file: each as a plan with its texts.
import type { Backup } from "../../../app/santedb/configuration-view.ts";
import type { Say } from "../../messages/message.ts";
import type { PlanRequest } from "../plan/plan-dialog.tsx";
import { fileNameOf } from "./file-name.ts";

export type ServiceVerb = "start" | "stop" | "restart";

const serviceTexts = (say: Say, name: string, verb: ServiceVerb) => ({
  running: say(`control.${verb}.running`, { name }), done: say(`control.${verb}.done`, { name }), failed: say(`control.${verb}.failed`, { name }),
});

/** Where the service does not stop in time, ending its process is offered: planned and reviewed again. */
export function serviceRequest(say: Say, name: string, verb: ServiceVerb): PlanRequest {
  return {
    plan: (host) => host.service.plan({ name, verb }),
    title: say(`control.${verb}.title`, { name }), commit: say(`control.${verb}.commit`), ...serviceTexts(say, name, verb),
    ...(verb !== "start" && {
      whenHanging: {
        offer: say("control.end.offer"), means: say("control.end.means"),
        request: {
          plan: (host) => host.service.plan({ name, verb, endProcess: true }),
          title: say("control.end.title", { name }), lead: say("control.end.lead"), commit: say(`control.${verb}.force`), ...serviceTexts(say, name, verb),
        },
      },
    }),
  };
}

const unsecureLeads = { httpSys: "unsecure.lead", mono: "unsecure.lead.linux", nginx: "unsecure.lead.site" } as const;

/** `port` is given where the instance has several; `by` is who speaks TLS there. */
export function unsecureRequest(say: Say, instance: string, name: string, port: number | null, by: keyof typeof unsecureLeads): PlanRequest {
  return {
    plan: (host) => host.endpoint.planUnsecure({ instance, ...(port !== null && { port }) }),
    title: say("unsecure.title", { name }), lead: say(unsecureLeads[by]), commit: say("unsecure.commit"),
    running: say("unsecure.running", { name }), done: say("unsecure.done", { name }), failed: say("unsecure.failed", { name }),
  };
}

/** Moves addresses in the file and nothing else. `of` names the configuration, `file` is its path. */
export function addressesRequest(say: Say, of: string, file: string, to: "http" | "https", port: number | null): PlanRequest {
  const name = fileNameOf(file);
  const request = { of, ...(port !== null && { port }) };
  return {
    plan: (host) => (to === "https" ? host.configuration.planSecure(request) : host.configuration.planUnsecure(request)),
    title: say(`addresses.${to}.title`, { name }), lead: say(`addresses.${to}.lead`), commit: say(`addresses.${to}.commit`),
    running: say("addresses.running", { name }), done: say(`addresses.${to}.done`, { name }), failed: say("addresses.failed", { name }),
  };
}

/** `when` is the time of the backup as it is shown. */
export function restoreRequest(say: Say, of: string, file: string, backup: Backup, when: string): PlanRequest {
  const name = fileNameOf(file);
  return {
    plan: (host) => host.configuration.planRestore({ of, backup: backup.file }),
    title: say("restore.title", { name }), lead: say("restore.lead", { when }), commit: say("restore.commit"),
    running: say("restore.running", { name }), done: say("restore.done", { name }), failed: say("restore.failed", { name }),
  };
}
