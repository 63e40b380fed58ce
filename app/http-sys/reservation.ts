// A reservation (urlacl): which accounts may listen on a URL prefix without being administrators.
import { z } from "zod";
import { covers, parsePrefix } from "./prefix.ts";

export const reservationSchema = z.strictObject({
  /** scheme://host:port/path/, lower-case scheme, explicit port, closing slash. */
  url: z.string(),
  sddl: z.string(),
  accounts: z.array(z.strictObject({
    name: z.string(),
    sid: z.string(),
    rights: z.array(z.enum(["listen", "delegate"])),
  })),
});

export type Reservation = Readonly<z.infer<typeof reservationSchema>>;

/**
 * The reservation that decides who may listen on a URL prefix: same scheme, same kind of host, same port, longest path.
 * Null when nobody reserved it. Source: MicrosoftDocs/win32, "Routing Incoming Requests" and "Namespace Reservations".
 */
export function reservationFor(urlPrefix: string, reservations: readonly Reservation[]): Reservation | null {
  const wanted = parsePrefix(urlPrefix);
  if (!wanted) return null;
  let best: { readonly reservation: Reservation; readonly length: number } | null = null;
  for (const reservation of reservations) {
    const prefix = parsePrefix(reservation.url);
    if (prefix && covers(prefix, wanted) && prefix.path.length > (best?.length ?? -1)) best = { reservation, length: prefix.path.length };
  }
  return best?.reservation ?? null;
}
