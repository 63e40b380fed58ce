// The preload: gives the page one function for each member of the contract, and nothing else. It runs sandboxed, so it
// is built into one CommonJS file and loads no schema; the main process checks what is sent.
import { contextBridge, ipcRenderer, type IpcRendererEvent } from "electron";
import { callNames, eventNames } from "../../app/contract-names.ts";
import type { CallName, Envelope, EventName } from "../../app/host.ts";
import { callChannel, eventChannel } from "./channels.ts";

const ask = (name: CallName) => (input: unknown): Promise<Envelope> => ipcRenderer.invoke(callChannel(name), input) as Promise<Envelope>;

const hear = (name: EventName) => (listener: (payload: unknown) => void): (() => void) => {
  // The event object would hand the page the channel itself; it gets the payload alone.
  const received = (_: IpcRendererEvent, payload: unknown): void => listener(payload);
  ipcRenderer.on(eventChannel(name), received);
  return () => void ipcRenderer.off(eventChannel(name), received);
};

contextBridge.exposeInMainWorld("lockstep", {
  calls: Object.fromEntries(callNames.map((name) => [name, ask(name)])),
  events: Object.fromEntries(eventNames.map((name) => [name, hear(name)])),
});
