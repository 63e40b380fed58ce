// The Host made from a transport, as app/host.ts makes it, but without the contract's schemas: the host on the other
// side has checked every answer already, and the page's policy forbids the code generation that schemas try.
import { callNames, eventNames } from "../../app/contract-names.ts";
import { LockstepError, type Aftermath, type ErrorCode } from "../../app/errors.ts";
import type { Host, Transport } from "../../app/host.ts";

/** An error as it comes over a transport or out of the record. */
export interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly aftermath: Aftermath;
  readonly command?: readonly string[] | undefined;
  readonly output?: string | undefined;
  readonly planId?: string | undefined;
}

/** Turns a report back into the error that it was. */
export function errorOf(report: ReportedError): LockstepError {
  return new LockstepError(report.code as ErrorCode, report.message, report.hint, {
    aftermath: report.aftermath,
    ...(report.command && { evidence: { command: report.command, output: report.output ?? "" } }),
    ...(report.planId !== undefined && { planId: report.planId }),
  });
}

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
      if (!envelope.ok) throw errorOf(envelope.error);
      return envelope.value;
    });
  }
  for (const name of eventNames) put(name, (listener: (payload: unknown) => void) => transport.subscribe(name, listener));
  return groups as unknown as Host;
}
