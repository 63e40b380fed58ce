// The channels between the window and the main process: one for each member of the contract.
import type { CallName, EventName } from "../../app/host.ts";

export const callChannel = (name: CallName): string => `lockstep:call:${name}`;
export const eventChannel = (name: EventName): string => `lockstep:event:${name}`;
