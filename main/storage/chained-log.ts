// A file that only grows: JSON lines, each chained to the one before by SHA-256 and durable when it was appended; a head
// beside it tells what its end must be. Whoever appends sees to it that nobody else does.
import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { open, readFile, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { asLockstepError, type LockstepError } from "../../app/errors.ts";
import { atomicWrite, fileProblem, isMissing, makeFolder, readProblem, removeLeftovers, syncFolder } from "./file.ts";

const lineSchema = z.strictObject({ sequence: z.number().int(), entry: z.unknown(), hash: z.string() });
const headSchema = z.strictObject({ sequence: z.number().int(), hash: z.string() });
type Head = Readonly<z.infer<typeof headSchema>>;
const beginning: Head = { sequence: 0, hash: "0".repeat(64) };

const hashOf = (previous: string, sequence: number, entry: unknown): string => createHash("sha256").update(`${previous}\n${sequence}\n${JSON.stringify(entry)}`).digest("hex");

/**
 * What the head must be. "every": it is written with every entry, and damage is named where it is gone, unreadable, of
 * another journal, or further from the last entry than one interrupted append explains. A function: it is written after
 * the entries that it holds for, and only tells of entries that are gone.
 */
export type HeadRule<Entry> = "every" | ((entry: Entry) => boolean);

export interface LogForm<Entry> {
  readonly folder: string;
  /** Of its files: NAME.jsonl, and NAME.head with the number and hash of an entry. */
  readonly name: string;
  readonly schema: z.ZodType<Entry>;
  readonly head: HeadRule<Entry>;
  /** The error of damage at an entry, counted from 1. */
  readonly damaged: (entry: number, problem: string, cause?: unknown) => LockstepError;
}

export interface ChainedLog<Entry> {
  /** In order. An entry torn by a power cut is not there. Nothing is made. Throws what `damaged` makes, file-unreadable. */
  entries(): Promise<readonly Entry[]>;
  /** Durable on return. Takes the place of a torn entry. Gives all entries. Throws as `entries`, and disk-full, file-unwritable. */
  append(entry: Entry): Promise<readonly Entry[]>;
}

interface Reading<Entry> {
  readonly entries: readonly Entry[];
  /** Of the last entry, and of the one before it. */
  readonly last: Head;
  readonly before: Head;
  /** Bytes of the file that hold whole entries; what follows was torn by a power cut. */
  readonly whole: number;
}

/** Readings tried while someone appends, before the last one is believed. */
const mostReadings = 50;

export function openChainedLog<Entry>({ folder, name, schema, head: headRule, damaged }: LogForm<Entry>): ChainedLog<Entry> {
  const path = join(folder, `${name}.jsonl`);
  const headPath = join(folder, `${name}.head`);

  let known: { readonly reading: Reading<Entry>; readonly state: string } | null = null;

  /** Reads all whole entries. Throws damage for anything but a torn last line. */
  function readEntries(content: Buffer): Reading<Entry> {
    const entries: Entry[] = [];
    let [before, last] = [beginning, beginning];
    let whole = 0;
    while (whole < content.length) {
      const end = content.indexOf(0x0a, whole);
      if (end < 0) break;
      const sequence = last.sequence + 1;
      let line: z.infer<typeof lineSchema>;
      try {
        line = lineSchema.parse(JSON.parse(content.toString("utf8", whole, end)));
      } catch (cause) {
        throw damaged(sequence, "it is not an entry", cause);
      }
      if (line.sequence !== sequence) throw damaged(sequence, "entries are missing before it");
      const hash = hashOf(last.hash, sequence, line.entry);
      if (hash !== line.hash) throw damaged(sequence, "its content does not fit its hash");
      const entry = schema.safeParse(line.entry);
      if (!entry.success) throw damaged(sequence, "its form is not known here; another version of Lockstep may have written it", entry.error);
      entries.push(entry.data);
      [before, last] = [last, { sequence, hash }];
      whole = end + 1;
    }
    return { entries, last, before, whole };
  }

  /** Null where there is none; "unreadable" where it is not what was written. Throws file-unreadable, where every entry has its head. */
  async function readHead(): Promise<Head | "unreadable" | null> {
    const text = await readFile(headPath, "utf8").catch((thrown: unknown) => {
      if (isMissing(thrown) || headRule !== "every") return null;
      throw readProblem(headPath, thrown);
    });
    if (text === null) return null;
    try {
      return headSchema.parse(JSON.parse(text));
    } catch {
      return "unreadable";
    }
  }

  function checkEnd({ last, before }: Reading<Entry>, head: Head | "unreadable" | null): void {
    const present = head !== "unreadable" ? head : null;
    if (present && present.sequence > last.sequence) {
      const gone = present.sequence - last.sequence;
      throw damaged(last.sequence + 1, `${gone === 1 ? "1 entry is" : `${gone} entries are`} missing at its end`);
    }
    if (headRule !== "every") return;
    // The first entry stands alone where the power was cut between it and its head.
    if (head === null && last.sequence <= 1) return;
    if (head === null) throw damaged(last.sequence, `its head ${headPath} is missing`);
    if (head === "unreadable") throw damaged(last.sequence, `its head ${headPath} is not what was written`);
    const expected = head.sequence === last.sequence ? last : head.sequence === before.sequence ? before : null;
    if (expected?.hash !== head.hash || head.sequence === 0) throw damaged(last.sequence, `its head ${headPath} is that of another journal or state`);
  }

  /** What tells one state of the two files from another: the content may change and the size not. */
  async function stateNow(): Promise<string> {
    const parts = await Promise.all([path, headPath].map((file) => stat(file, { bigint: true }).then(identity, (thrown: unknown) => {
      if (isMissing(thrown)) return "none";
      throw readProblem(file, thrown);
    })));
    return parts.join(" ");
  }

  async function readOnce(): Promise<{ readonly reading: Reading<Entry>; readonly head: Head | "unreadable" | null }> {
    await removeLeftovers(headPath);
    const content = await readFile(path).catch((thrown: unknown) => {
      if (isMissing(thrown)) return Buffer.alloc(0);
      throw readProblem(path, thrown);
    });
    return { reading: readEntries(content), head: await readHead() };
  }

  /** Readers hold no lock: what was read while someone appended is read again before it is called damaged. */
  async function read(): Promise<Reading<Entry>> {
    let state = await stateNow();
    if (known?.state === state) return known.reading;
    for (let reading = 1; ; reading++) {
      const found = await readOnce().then((value) => {
        checkEnd(value.reading, value.head);
        return { reading: value.reading };
      }).catch((thrown: unknown) => ({ thrown }));
      const after = await stateNow();
      if ("reading" in found && after === state) known = { reading: found.reading, state };
      if ("reading" in found) return found.reading;
      if (after === state || reading === mostReadings) throw found.thrown;
      state = after;
    }
  }

  const writeHead = (head: Head): Promise<void> => atomicWrite(headPath, Buffer.from(JSON.stringify(head)), { mode: 0o600 });

  /** The head after an entry. Where it cannot be written, the entry is taken back: it was not acknowledged. */
  async function completeWith(head: Head, previous: Reading<Entry>): Promise<void> {
    try {
      await writeHead(head);
    } catch (thrown) {
      const present = await readHead().catch(() => "unreadable" as const);
      if (present === null || present !== "unreadable" && present.sequence < head.sequence) await shorten(path, previous.whole);
      throw thrown;
    }
  }

  return {
    entries: async () => (await read()).entries,
    append: async (entry) => {
      try {
        await makeFolder(folder, 0o700);
        const previous = await read();
        known = null;
        // An interrupted append left its entry without its head: two of them would look like damage.
        if (headRule === "every" && previous.last.sequence > 0) {
          const head = await readHead();
          if (head === null || head === "unreadable" || head.sequence < previous.last.sequence) await writeHead(previous.last);
        }
        const sequence = previous.last.sequence + 1;
        const head = { sequence, hash: hashOf(previous.last.hash, sequence, entry) };
        const line = Buffer.from(`${JSON.stringify({ sequence, entry, hash: head.hash })}\n`);
        await appendLine(path, line, previous.whole);
        if (sequence === 1) await syncFolder(folder);
        if (headRule === "every") await completeWith(head, previous);
        else if (headRule(entry)) await writeHead(head);
        const reading = { entries: [...previous.entries, entry], last: head, before: previous.last, whole: previous.whole + line.length };
        known = { reading, state: await stateNow() };
        return reading.entries;
      } catch (thrown) {
        const error = asLockstepError(thrown);
        throw error.code === "internal" ? fileProblem(path, thrown) : error;
      }
    },
  };
}

const identity = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string => [ino, size, mtimeNs, ctimeNs].join(":");

/** Writes a line at `whole`, in the place of whatever was torn there. What could not be written whole is taken away again. */
async function appendLine(path: string, line: Buffer, whole: number): Promise<void> {
  const file = await open(path, whole === 0 ? "a" : "r+", 0o600);
  try {
    await file.truncate(whole);
    await writeAt(file, line, whole);
    await file.datasync();
  } catch (thrown) {
    await file.truncate(whole).catch(() => undefined);
    throw thrown;
  } finally {
    await file.close();
  }
}

/** A disk that fills up may take a part of it before it refuses the rest. */
async function writeAt(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

async function shorten(path: string, length: number): Promise<void> {
  const file = await open(path, "r+");
  await file.truncate(length).then(() => file.datasync()).finally(() => file.close());
}
