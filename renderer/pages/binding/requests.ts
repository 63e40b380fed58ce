// What can be asked for on the pages about HTTP.sys: each as a plan with its texts.
import type { BindingRequest, ReservationRequest } from "../../../app/contract.ts";
import type { Say } from "../../messages/message.ts";
import type { PlanRequest } from "../plan/plan-dialog.tsx";

/** `change` says that the record is there already. */
export function setRequest(say: Say, request: BindingRequest, change: boolean): PlanRequest {
  const { endpoint } = request;
  const verb = change ? "change" : "add";
  return {
    plan: (host) => host.binding.planSet(request),
    title: say(`binding.${verb}.title`, { endpoint }), lead: say(`binding.${verb}.lead`), commit: say(`binding.${verb}.commit`),
    running: say(`binding.${verb}.running`, { endpoint }), done: say(`binding.${verb}.done`, { endpoint }), failed: say(`binding.${verb}.failed`, { endpoint }),
  };
}

export function removeRequest(say: Say, endpoint: string, takeOver: boolean): PlanRequest {
  return {
    plan: (host) => host.binding.planRemove({ endpoint, ...(takeOver && { takeOver }) }),
    title: say("binding.remove.title", { endpoint }), commit: say("binding.remove.commit"),
    running: say("binding.remove.running", { endpoint }), done: say("binding.remove.done", { endpoint }), failed: say("binding.remove.failed", { endpoint }),
  };
}

export function reserveRequest(say: Say, request: ReservationRequest): PlanRequest {
  const { url, account } = request;
  return {
    plan: (host) => host.reservation.planAdd(request),
    title: say("reserve.title", { url, account }), commit: say("reserve.commit"),
    running: say("reserve.running", { url }), done: say("reserve.done", { url }), failed: say("reserve.failed", { url }),
  };
}

export function unreserveRequest(say: Say, url: string): PlanRequest {
  return {
    plan: (host) => host.reservation.planRemove({ url }),
    title: say("unreserve.title", { url }), lead: say("unreserve.lead"), commit: say("unreserve.commit"),
    running: say("unreserve.running", { url }), done: say("unreserve.done", { url }), failed: say("unreserve.failed", { url }),
  };
}
