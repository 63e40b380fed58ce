// No machine: for what needs none, such as looking into a file. Only its clock answers.
import { problem } from "../../app/errors.ts";
import type { Machine } from "../../app/machine.ts";
import type { Journal } from "../../app/plan/journal.ts";
import { nodeFiles } from "../storage/file.ts";
import { systemClock } from "./clock.ts";
import { nodeNetwork } from "./network.ts";

const refuse = (): Promise<never> => Promise.reject(problem("unsupported", { what: "This without a machine" }));

export const noMachine: Machine = {
  kind: "practice",
  hostName: "",
  certificates: { list: refuse, find: refuse, import: refuse, remove: refuse, tidy: refuse, provesKey: refuse, exportKey: refuse },
  httpSys: { bindings: refuse, reservations: refuse, listenList: refuse },
  services: { list: refuse, find: refuse },
  accounts: { sid: refuse },
  files: { stat: refuse, read: refuse, readGzip: refuse, list: refuse, replace: refuse, putBack: refuse, remove: refuse, tidy: refuse, put: refuse, mode: refuse, linkTarget: refuse, link: refuse, join: (folder, ...names) => [folder, ...names].join("/") },
  commands: { run: refuse },
  network: nodeNetwork,
  clock: systemClock,
  nginx: null,
  mono: null,
};

const none = (): Promise<never[]> => Promise.resolve([]);
const absent = (): Promise<null> => Promise.resolve(null);

/** No machine but this computer's files: for a configuration that no service here reads. Nothing else of it is looked at. */
export const filesAlone: Machine = {
  ...noMachine,
  certificates: { ...noMachine.certificates, list: none, find: absent },
  httpSys: { bindings: none, reservations: none, listenList: none },
  services: { list: none, find: absent },
  files: nodeFiles,
};

/** The journal of no machine: empty, and closed. */
export const noJournal: Journal = { append: refuse, entries: () => Promise.resolve([]) };
