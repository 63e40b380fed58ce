// The journal on disk: JSON lines, each chained to the one before by SHA-256, each durable before the next step.
import { createHash, type BinaryLike } from "node:crypto";
import { mkdir, open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { asLockstepError, problem } from "../../app/errors.ts";
import { entrySchema, type Entry, type Journal } from "../../app/plan/journal.ts";
import { atomicWrite, fileProblem } from "./file.ts";

const lineSchema = z.strictObject({ sequence: z.number().int(), entry: z.unknown(), hash: z.string() });
const headSchema = z.strictObject({ sequence: z.number().int(), hash: z.string() });
const beginning = "0".repeat(64);

const sha256 = (text: BinaryLike): string => createHash("sha256").update(text).digest("hex");
const hashOf = (previous: string, sequence: number, entry: unknown): string => sha256(`${previous}\n${sequence}\n${JSON.stringify(entry)}`);

interface Reading {
  readonly entries: readonly Entry[];
  readonly head: { readonly sequence: number; readonly hash: string };
  /** Bytes of the file that hold whole entries; what follows was torn by a power cut. */
  readonly whole: number;
}

/** Reads all whole entries. Throws journal-damaged for anything but a torn last line. */
function readEntries(content: Buffer): Reading {
  const entries: Entry[] = [];
  let head = { sequence: 0, hash: beginning };
  let whole = 0;
  while (whole < content.length) {
    const end = content.indexOf(0x0a, whole);
    if (end < 0) break;
    const sequence = head.sequence + 1;
    const damaged = (reason: string, cause?: unknown) => problem("journal-damaged", { entry: sequence, problem: reason }, { cause });
    let line: z.infer<typeof lineSchema>;
    try {
      line = lineSchema.parse(JSON.parse(content.toString("utf8", whole, end)));
    } catch (cause) {
      throw damaged("it is not an entry", cause);
    }
    if (line.sequence !== sequence) throw damaged("entries are missing before it");
    const hash = hashOf(head.hash, sequence, line.entry);
    if (hash !== line.hash) throw damaged("its content does not fit its hash");
    const entry = entrySchema.safeParse(line.entry);
    if (!entry.success) throw damaged("its form is not known here; another version of Lockstep may have written it", entry.error);
    entries.push(entry.data);
    head = { sequence, hash };
    whole = end + 1;
  }
  return { entries, head, whole };
}

/**
 * The journal of a data folder: journal.jsonl, and journal.head with the hash of the last entry that ended a change, so
 * that newest entries cannot be cut off unnoticed. Nothing is created before the first entry.
 */
export function openJournal(folder: string): Journal {
  const path = join(folder, "journal.jsonl");
  const headPath = join(folder, "journal.head");

  let known: Reading | null = null;

  const read = async (): Promise<Reading> => {
    // Only the holder of the change lock appends, and only at the end: an unchanged size is an unchanged journal.
    const size = await stat(path).then((found) => found.size, () => 0);
    if (known?.whole === size && size > 0) return known;
    const content = await readFile(path).catch((thrown: unknown) => {
      const { code, message } = thrown as NodeJS.ErrnoException;
      if (code === "ENOENT") return Buffer.alloc(0);
      throw problem("file-unreadable", { file: path, reason: code ?? message }, { cause: thrown });
    });
    const reading = readEntries(content);
    const head = await readFile(headPath, "utf8").then((text) => headSchema.parse(JSON.parse(text)), () => null);
    if (head && head.sequence > reading.head.sequence) {
      throw problem("journal-damaged", { entry: reading.head.sequence + 1, problem: `${head.sequence - reading.head.sequence} entries are missing at its end` });
    }
    known = reading;
    return reading;
  };

  return {
    entries: async () => (await read()).entries,
    append: async (entry) => {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const { entries, head, whole } = await read();
        known = null;
        const sequence = head.sequence + 1;
        const hash = hashOf(head.hash, sequence, entry);
        const line = `${JSON.stringify({ sequence, entry, hash })}\n`;
        const file = await open(path, whole === 0 ? "a" : "r+", 0o600);
        try {
          await file.truncate(whole);
          await file.write(line, whole, "utf8");
          await file.datasync();
        } catch (thrown) {
          await file.truncate(whole).catch(() => undefined);
          throw thrown;
        } finally {
          await file.close();
        }
        known = { entries: [...entries, entry], head: { sequence, hash }, whole: whole + Buffer.byteLength(line) };
        if (sequence === 1) {
          const directory = await open(folder, "r");
          await directory.sync().finally(() => directory.close());
        }
        if (entry.type === "ended") await atomicWrite(headPath, Buffer.from(JSON.stringify({ sequence, hash })), { mode: 0o600 });
      } catch (thrown) {
        const error = asLockstepError(thrown);
        throw error.code === "internal" ? fileProblem(path, thrown) : error;
      }
    },
  };
}
