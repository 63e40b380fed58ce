// The Host made from a transport, as app/host.ts makes it, but without the contract's schemas: the host on the other
// side has checked every answer already, and the page's policy forbids the code generation that schemas try.
import { callNames, eventNames } from "../../app/contract-names.ts";
import { fromReport } from "../../app/errors.ts";
import type { Host, Transport } from "../../app/host.ts";

/** A Host whose functions go through the transport. */
export function createClient(transport: Transport): Host {
  const groups: Record<string, Record<string, unknown>> = {};
  const put = (name: string, member: unknown) => {
    const [group = "", verb = ""] = name.split(".");
    (groups[group] ??= {})[verb] = member;
  };
  for (const name of callNames) {
    put(name, async (input: unknown) => {
      const envelope = await transport.invoke(name, input);
      if (!envelope.ok) throw fromReport(envelope.error);
      return envelope.value;
    });
  }
  for (const name of eventNames) put(name, (listener: (payload: unknown) => void) => transport.subscribe(name, listener));
  return groups as unknown as Host;
}
