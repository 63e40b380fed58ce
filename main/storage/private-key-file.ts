// Files for private keys: made once, for their owner alone.
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { problem } from "../../app/errors.ts";
import type { PrivateKeyFiles } from "../../app/cws/key-user-journal.ts";
import { fileStem } from "../../app/cws/key-user-name.ts";
import { createFile } from "./file.ts";

const isThere = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

/** A path that the page gave means nothing without its folder. */
function requireAbsolute(path: string): void {
  if (!isAbsolute(path)) throw problem("file-unwritable", { file: path, reason: "it is not the whole path, from the root on" });
}

export const privateKeyFiles: PrivateKeyFiles = {
  suggest: async (name) => {
    const start = fileStem(name);
    for (let number = 1; ; number++) {
      const path = join(homedir(), `${start}${number === 1 ? "" : `-${number}`}.private.pem`);
      if (!await isThere(path)) return path;
    }
  },
  requireAbsent: async (path) => {
    requireAbsolute(path);
    if (await isThere(path)) throw problem("file-exists", { file: path });
  },
  create: async (path, content) => {
    requireAbsolute(path);
    await createFile(path, content, 0o600);
  },
};
