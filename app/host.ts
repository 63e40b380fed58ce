// The Host: the contract as functions. Windows, command line and tests hold one; every host makes one from a transport.
import type { z } from "zod";
import { contract, type Contract } from "./contract.ts";
import { fromReport, type ErrorReport } from "./errors.ts";

type Call<Member> = Member extends { kind: "query" | "command"; input: infer Input extends z.ZodType; output: infer Output extends z.ZodType }
  ? (input: z.input<Input>) => Promise<z.output<Output>>
  : Member extends { kind: "event"; payload: infer Payload extends z.ZodType }
    ? (listener: (payload: z.output<Payload>) => void) => () => void
    : never;

/** Calls reject with a LockstepError. An event member subscribes, and gives the function that ends the subscription. */
export type Host = { readonly [Group in keyof Contract]: { readonly [Verb in keyof Contract[Group]]: Call<Contract[Group][Verb]> } };

/** The other side: what answers the calls of a Host. Events are raised through the `emit` that its maker is given. */
export type Implementation = {
  readonly [Group in keyof Contract]: {
    readonly [Verb in keyof Contract[Group] as Contract[Group][Verb] extends { kind: "event" } ? never : Verb]: Call<Contract[Group][Verb]>;
  };
};

type NamesOf<Kind extends string> = {
  [Group in keyof Contract]: {
    [Verb in keyof Contract[Group] & string]: Contract[Group][Verb] extends { kind: Kind } ? `${Group}.${Verb}` : never;
  }[keyof Contract[Group] & string];
}[keyof Contract];

/** "endpoint.planSecure" and the like. */
export type CallName = NamesOf<"query" | "command">;
export type EventName = NamesOf<"event">;
export type Emit = <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void;
export type EventPayload<Name extends EventName> = Name extends `${infer Group extends keyof Contract}.${infer Verb}`
  ? Verb extends keyof Contract[Group] ? Contract[Group][Verb] extends { payload: infer Payload extends z.ZodType } ? z.output<Payload> : never : never
  : never;

export type Envelope = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorReport };

/** What carries calls and events between a Host and its implementation. */
export interface Transport {
  invoke(name: CallName, input: unknown): Promise<Envelope>;
  subscribe(name: EventName, listener: (payload: unknown) => void): () => void;
}

interface Member { readonly kind: "query" | "command" | "event"; readonly input?: z.ZodType; readonly output?: z.ZodType; readonly payload?: z.ZodType }

/** Every member of the contract under its full name. */
export const members: ReadonlyMap<string, Member> = new Map(
  Object.entries(contract).flatMap(([group, verbs]) => Object.entries<Member>(verbs).map(([verb, member]) => [`${group}.${verb}`, member] as const)),
);

/** Makes a Host whose functions go through a transport. */
export function createHost(transport: Transport): Host {
  const groups: Record<string, Record<string, unknown>> = {};
  for (const [name, member] of members) {
    const [group, verb] = name.split(".") as [string, string];
    const functions = (groups[group] ??= {});
    functions[verb] = member.kind === "event"
      ? (listener: (payload: unknown) => void) => transport.subscribe(name as EventName, listener)
      : async (input: unknown) => {
        const envelope = await transport.invoke(name as CallName, input);
        if (!envelope.ok) throw fromReport(envelope.error);
        return envelope.value;
      };
  }
  return groups as unknown as Host;
}
