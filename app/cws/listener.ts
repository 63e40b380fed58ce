// A local endpoint that checks what clients send: it keeps count, tells what it heard, and answers with the diagnosis.
import type { Emit } from "../host.ts";
import type { Clock } from "../machine.ts";
import { methods, type Method, type ServiceVersion, type Signed } from "./algorithm.ts";
import type { Diagnosis, ListenerState, Received } from "./cws-view.ts";
import type { DiagnosisQuestion, RegisteredKey } from "./diagnosis.ts";
import { maskSignatures } from "./header.ts";
import type { Pieces } from "./signature.ts";
import type { Signatures } from "./signatures.ts";

/** A request as it came. */
export interface Heard {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Value of Authorization; null where there is none. */
  readonly header: string | null;
  readonly contentType: string | null;
  readonly body: Pieces;
}

export interface Reply {
  readonly status: number;
  /** JSON. */
  readonly body: string;
}

export interface Listening {
  /** "http://127.0.0.1:PORT" */
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Listens on 127.0.0.1, on a free port for 0. Throws port-taken. Requests whose body is beyond the limit are refused there. */
export type Listen = (port: number, answer: (heard: Heard) => Reply | Promise<Reply>) => Promise<Listening>;

export interface ListenerOptions { readonly port: number; readonly version: ServiceVersion; readonly undocumented: Signed }

export interface RequestListener {
  /** Begins anew where it listens already. */
  start(options: ListenerOptions): Promise<ListenerState>;
  stop(): Promise<ListenerState>;
  state(): ListenerState;
}

export interface ListenerParts {
  readonly listen: Listen;
  readonly users: () => Promise<readonly RegisteredKey[]>;
  /** Changes whenever the users were changed from here. */
  readonly version: () => number;
  readonly signatures: Signatures;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** Requests that are kept; milliseconds between two events, and between two looks at the users; diagnoses that wait at most. */
const mostKept = 200;
const eventPause = 100;
const usersAge = 1000;
const mostWaiting = 100;

interface Noted extends Omit<Heard, "body"> { readonly number: number; readonly at: number; readonly bodyBytes: number; readonly diagnosis: Diagnosis }

function receivedOf({ number, at, method, path, header, contentType, bodyBytes, diagnosis }: Noted): Received {
  return {
    number, at: new Date(at).toISOString(), method, path: path.slice(0, 2000), bodyBytes, contentType: contentType?.slice(0, 200) ?? null,
    header: header === null ? null : maskSignatures(header).slice(0, 2000), diagnosis,
  };
}

const noHeader: Diagnosis = {
  valid: false, user: null, algorithm: null, opened: null,
  findings: [{
    code: "header.missing-scheme", message: "The request has no Authorization header.", evidence: "None arrived. A redirect, a proxy or a client without the header's name takes it away.",
    mend: "Send Authorization: CWS-SHA256 Access=USER, Signature=BASE64 with every request.",
  }],
};

export function createRequestListener({ listen, users: readUsers, version, signatures, clock, emit }: ListenerParts): RequestListener {
  let listening: Listening | null = null;
  let users: readonly RegisteredKey[] = [];
  let usersRead = { at: 0, version: -1 };
  let valid = 0;
  let invalid = 0;
  let kept: Noted[] = [];
  let untold: Noted[] = [];
  let telling = false;
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const state = (): ListenerState => ({ address: listening?.address ?? null, valid, invalid, received: kept.slice(-mostKept).map(receivedOf).reverse() });

  function tell(): void {
    const received = untold.slice(-mostKept).map((noted) => receivedOf(noted));
    untold = [];
    emit("listener.received", { valid, invalid, received });
  }

  /** What is noted is looked at later, ten times a second at most: the body is not, and goes. */
  function note({ method, path, header, contentType, body }: Heard, diagnosis: Diagnosis): void {
    if (diagnosis.valid) valid++;
    else invalid++;
    let bodyBytes = 0;
    for (const { length } of body) bodyBytes += length;
    const noted: Noted = { number: valid + invalid, at: clock.now().getTime(), method, path, header, contentType, bodyBytes, diagnosis };
    kept.push(noted);
    if (kept.length >= 2 * mostKept) kept = kept.slice(-mostKept);
    untold.push(noted);
    if (untold.length >= 2 * mostKept) untold = untold.slice(-mostKept);
    if (telling) return;
    telling = true;
    void clock.wait(eventPause).then(() => {
      telling = false;
      tell();
    });
  }

  /** What another program changed is seen within a second, what this one changed at once. */
  const isStale = (): boolean => usersRead.version !== version() || clock.now().getTime() - usersRead.at > usersAge;

  async function freshenUsers(): Promise<void> {
    const began = { at: clock.now().getTime(), version: version() };
    users = await readUsers();
    usersRead = began;
  }

  /** One diagnosis after the other: each may take a second, and a thread. */
  async function diagnoseInTurn(question: DiagnosisQuestion): Promise<Diagnosis> {
    waiting++;
    const mine = turn.then(() => signatures.diagnose(question));
    turn = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      waiting--;
    }
  }

  function reply(heard: Heard, diagnosis: Diagnosis): Reply {
    note(heard, diagnosis);
    const { valid: isValid, user, algorithm, findings } = diagnosis;
    return { status: isValid ? 200 : 401, body: JSON.stringify({ valid: isValid, user, algorithm, findings }) };
  }

  /** A user that was added elsewhere just now is known at the first request that needs it. */
  async function answerFresh(heard: Heard, question: DiagnosisQuestion): Promise<Reply> {
    if (waiting >= mostWaiting) return { status: 503, body: JSON.stringify({ valid: false, busy: true }) };
    await freshenUsers();
    const fresh: DiagnosisQuestion = { ...question, users };
    return reply(heard, signatures.check(fresh) ?? await diagnoseInTurn(fresh));
  }

  const answer = (options: ListenerOptions) => (heard: Heard): Reply | Promise<Reply> => {
    const method = methods.find((one): one is Method => one === heard.method);
    if (method === undefined) return { status: 405, body: JSON.stringify({ valid: false, findings: [] }) };
    if (heard.header === null) return reply(heard, noHeader);
    const question: DiagnosisQuestion = { header: heard.header, method, body: heard.body, version: options.version, undocumented: options.undocumented, url: heard.path, users };
    const diagnosis = isStale() ? null : signatures.check(question);
    return diagnosis === null ? answerFresh(heard, question) : reply(heard, diagnosis);
  };

  return {
    start: async (options) => {
      await listening?.close();
      listening = null;
      [valid, invalid] = [0, 0];
      kept = [];
      untold = [];
      await freshenUsers();
      listening = await listen(options.port, answer(options));
      return state();
    },
    stop: async () => {
      await listening?.close();
      listening = null;
      return state();
    },
    state,
  };
}
