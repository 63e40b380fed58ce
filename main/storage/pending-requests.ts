// Pending certificate requests on disk: one JSON file each in the data folder, for their owner's eyes only.
import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { pendingRequestSchema } from "../../app/certificates/certificate.ts";
import type { KeptRequest, PendingRequests } from "../../app/certificates/pending-requests.ts";
import { LockstepError } from "../../app/errors.ts";
import { atomicWrite, makeFolder, readFile, removeAllLeftovers, removeFile } from "./file.ts";

const keptSchema = z.strictObject({ ...pendingRequestSchema.shape, encryptedKey: z.string(), publicKey: z.string() });

/** Bytes of a request's file at most; one with a hundred names has some 20 KiB. */
const limit = 256 * 1024;

const isName = (name: string): boolean => /^[A-Za-z0-9-]{1,64}$/.test(name);

/** The requests in `folder`, which is made with the first one. The secret lies beside them, in a file of its own. */
export function openPendingRequests(folder: string): PendingRequests {
  const pathOf = (id: string): string => join(folder, `${id}.json`);
  const secretPath = join(folder, "secret");

  async function read(name: string): Promise<readonly KeptRequest[]> {
    try {
      return [keptSchema.parse(JSON.parse(Buffer.from(await readFile(join(folder, name), limit)).toString("utf8")))];
    } catch {
      return [];
    }
  }

  async function readSecret(): Promise<string | null> {
    try {
      return Buffer.from(await readFile(secretPath, 1024)).toString("latin1").trim();
    } catch (thrown) {
      if (thrown instanceof LockstepError && (thrown.code === "file-not-found" || thrown.code === "file-empty")) return null;
      throw thrown;
    }
  }

  return {
    list: async () => {
      const names = await readdir(folder).catch(() => []);
      const found = await Promise.all(names.filter((name) => name.endsWith(".json")).map(read));
      return found.flat().sort((one, other) => (one.created < other.created ? 1 : one.created > other.created ? -1 : 0));
    },
    keep: async (request) => {
      await makeFolder(folder, 0o700);
      // One that was killed here wrote under a name that does not come again.
      await removeAllLeftovers(folder);
      await atomicWrite(pathOf(request.id), Buffer.from(`${JSON.stringify(request, null, 1)}\n`), { mode: 0o600 });
    },
    discard: async (id) => {
      if (isName(id)) await removeFile(pathOf(id));
    },
    secret: async () => {
      const present = await readSecret();
      if (present !== null) return present;
      await makeFolder(folder, 0o700);
      const made = randomBytes(32).toString("base64url");
      await atomicWrite(secretPath, Buffer.from(made), { mode: 0o600 });
      return made;
    },
  };
}
