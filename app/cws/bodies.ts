// Bodies that come piece by piece, held in memory until they are let go of or their room is needed.
import { randomUUID } from "node:crypto";
import { decodeBase64 } from "../base64.ts";
import { bodyLimit, type BodySource } from "../contract.ts";
import { problem } from "../errors.ts";
import type { Pieces } from "./signature.ts";

interface Held { readonly pieces: Uint8Array[]; bytes: number; used: number }

/** Bytes of all bodies together, how many they are at most, and milliseconds after which one that nobody asks for is let go of. */
const roomLimit = 2 * bodyLimit;
const mostBodies = 16;
const idleLimit = 30 * 60_000;

export interface Bodies {
  begin(): string;
  /** Gives the bytes so far. Throws not-found, body-too-large; a body that became too large is let go of. */
  append(id: string, content: string): number;
  discard(id: string): void;
  /** The bytes of a body, empty where none is given. Throws not-found. */
  piecesOf(source: BodySource | undefined): Pieces;
}

/** `now` gives milliseconds. */
export function createBodies(now: () => number): Bodies {
  const held = new Map<string, Held>();

  function find(id: string): Held {
    const found = held.get(id);
    if (!found) throw problem("not-found", { what: "body held here", name: id });
    found.used = now();
    return found;
  }

  /** Lets go of what was not asked for longest, until there is room. */
  function makeRoom(keep: string | null): void {
    const byAge = [...held].filter(([id]) => id !== keep).sort(([, one], [, other]) => one.used - other.used);
    const total = (): number => [...held.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [id, { used }] of byAge) {
      if (now() - used > idleLimit || held.size >= mostBodies || total() > roomLimit) held.delete(id);
    }
  }

  return {
    begin: () => {
      makeRoom(null);
      const id = randomUUID();
      held.set(id, { pieces: [], bytes: 0, used: now() });
      return id;
    },
    append: (id, content) => {
      const body = find(id);
      const piece = decodeBase64(content);
      if (body.bytes + piece.length > bodyLimit) {
        held.delete(id);
        throw problem("body-too-large", { limit: bodyLimit });
      }
      body.pieces.push(piece);
      body.bytes += piece.length;
      makeRoom(id);
      return body.bytes;
    },
    discard: (id) => void held.delete(id),
    piecesOf: (source) => {
      if (source === undefined) return [];
      const pieces = "id" in source ? find(source.id).pieces : [decodeBase64(source.content)];
      return pieces.filter(({ length }) => length > 0);
    },
  };
}
