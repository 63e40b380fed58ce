// The names of the contract's members without its schemas, for where those must not be loaded: a sandboxed preload.
import type { CallName, EventName } from "./host.ts";

// Written as records, so that the compiler misses none and allows no other.
const calls: Readonly<Record<CallName, true>> = {
  "machine.describe": true,
  "certificate.inspect": true,
  "certificate.identify": true,
  "certificate.list": true,
  "certificate.show": true,
  "certificate.whereUsed": true,
  "certificate.planImport": true,
  "certificate.planRemove": true,
  "certificate.convert": true,
  "certificate.request": true,
  "certificate.requests": true,
  "certificate.discardRequest": true,
  "binding.list": true,
  "binding.explain": true,
  "binding.planSet": true,
  "binding.planRemove": true,
  "reservation.list": true,
  "reservation.check": true,
  "reservation.planAdd": true,
  "reservation.planRemove": true,
  "listenList.show": true,
  "transcript.read": true,
  "instance.list": true,
  "instance.show": true,
  "configuration.show": true,
  "configuration.planSecure": true,
  "configuration.planUnsecure": true,
  "configuration.backups": true,
  "configuration.compare": true,
  "configuration.planRestore": true,
  "service.list": true,
  "service.plan": true,
  "service.start": true,
  "service.stop": true,
  "service.restart": true,
  "endpoint.planSecure": true,
  "endpoint.planUnsecure": true,
  "endpoint.planReplaceCertificate": true,
  "plan.apply": true,
  "plan.cancel": true,
  "history.list": true,
  "history.show": true,
  "history.planUndo": true,
  "history.undo": true,
  "history.recover": true,
};

const events: Readonly<Record<EventName, true>> = {
  "plan.progress": true,
  "history.changed": true,
};

export const callNames = Object.keys(calls) as readonly CallName[];
export const eventNames = Object.keys(events) as readonly EventName[];
