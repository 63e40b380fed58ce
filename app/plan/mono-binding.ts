// What Mono presents on a port, by its thumbprint.
import { thumbprint as thumbprintOf } from "../certificates/thumbprint.ts";
import type { Machine, MonoUser } from "../machine.ts";

/** Null where nothing whole is bound, or the machine has no Mono. */
export async function boundThumbprint({ mono }: Machine, { user, port }: { readonly user: MonoUser; readonly port: number }): Promise<string | null> {
  const pair = await mono?.bound(user, port);
  return pair?.certificate ? thumbprintOf(pair.certificate) : null;
}
