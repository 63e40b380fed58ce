// What goes between a host and the thread that reads certificate files for it.
import type { CertificateFile } from "../../app/certificates/read.ts";

interface Files { readonly files: readonly CertificateFile[] }

/** One task a thread; the password travels in memory and is in no list of arguments. */
export type ReadingTask =
  | Files & { readonly task: "identify" }
  | Files & { readonly task: "inspect"; readonly password: string | undefined; readonly now: Date }
  | Files & { readonly task: "read"; readonly password: string | undefined };
