// The languages that the practice machine's netsh and sc speak.
import { z } from "zod";

export const languageSchema = z.enum(["en", "de", "fr"]);
export type Language = z.infer<typeof languageSchema>;
