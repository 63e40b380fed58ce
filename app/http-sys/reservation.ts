// A reservation (urlacl): which accounts may listen on a URL prefix without being administrators.
import { z } from "zod";

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
