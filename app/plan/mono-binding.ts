// What Mono presents on a port, by its thumbprint.
import { MalformedError } from "../certificates/asn1.ts";
import { isReadByMono } from "../certificates/mono-key.ts";
import { provesKey } from "../certificates/sign-proof.ts";
import { thumbprint as thumbprintOf } from "../certificates/thumbprint.ts";
import type { Machine, Mono, MonoUser } from "../machine.ts";

type BoundPair = NonNullable<Awaited<ReturnType<Mono["bound"]>>>;

interface Place { readonly user: MonoUser; readonly port: number }

/** Null where nothing whole is bound, or the machine has no Mono. */
export async function boundThumbprint({ mono }: Machine, { user, port }: Place): Promise<string | null> {
  return thumbprintIn(await mono?.bound(user, port) ?? null);
}

/** Null where there is no certificate. */
export const thumbprintIn = (pair: BoundPair | null): string | null => (pair?.certificate ? thumbprintOf(pair.certificate) : null);

/** Whether handshakes come about with it: httpcfg takes any key with any certificate, and Mono is silent about what it cannot read. */
export function isUsable({ certificate, privateKey }: BoundPair): boolean {
  if (certificate === null || privateKey === null) return false;
  try {
    return isReadByMono(privateKey) && provesKey(certificate, privateKey);
  } catch (thrown) {
    if (thrown instanceof MalformedError) return false;
    throw thrown;
  }
}
