// A piece of memory that Windows filled, with pointers into itself: read with every offset and length checked.
import { problem, type LockstepError } from "../../../app/errors.ts";
import { offsetOf, type LayoutName, type MemberOf } from "./layouts.ts";

const refused = (what: string): LockstepError => problem("internal", { problem: `Windows answered with a record whose ${what}` });

/** Characters of one string at most; a longer one is no name, path or descriptor. */
const longestString = 65_536;

/**
 * Bytes together with the address at which Windows wrote them, so that the pointers among them can be followed without
 * touching memory. Every method throws internal where it would have to read outside of the bytes.
 */
export class Memory {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #base: bigint;

  constructor(bytes: Uint8Array, base: bigint) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#base = base;
  }

  /** An offset and length that lie within the bytes. */
  #within(at: number, length: number): number {
    if (!Number.isInteger(at) || at < 0 || length < 0 || at + length > this.#bytes.length) throw refused("content runs past its end");
    return at;
  }

  uint8(at: number): number {
    return this.#view.getUint8(this.#within(at, 1));
  }

  uint16(at: number): number {
    return this.#view.getUint16(this.#within(at, 2), true);
  }

  /** In network byte order. */
  uint16BigEndian(at: number): number {
    return this.#view.getUint16(this.#within(at, 2), false);
  }

  uint32(at: number): number {
    return this.#view.getUint32(this.#within(at, 4), true);
  }

  uint64(at: number): bigint {
    return this.#view.getBigUint64(this.#within(at, 8), true);
  }

  /** A copy. */
  bytes(at: number, length: number): Uint8Array {
    return this.#bytes.slice(this.#within(at, length), at + length);
  }

  /** Offset that the pointer at an offset leads to; null for a null pointer. */
  pointer(at: number): number | null {
    const address = this.uint64(at);
    if (address === 0n) return null;
    const offset = address - this.#base;
    if (offset < 0n || offset >= BigInt(this.#bytes.length)) throw refused("pointer leads out of it");
    return Number(offset);
  }

  /** UTF-16 from an offset to its NUL, which is not part of it. */
  wideString(at: number): string {
    const characters: string[] = [];
    for (let place = at; ; place += 2) {
      const unit = this.uint16(place);
      if (unit === 0) return characters.join("");
      if (characters.length >= longestString) throw refused("text does not end");
      characters.push(String.fromCharCode(unit));
    }
  }

  /** The string that a pointer leads to; null for a null pointer. */
  wideStringAt(at: number): string | null {
    const target = this.pointer(at);
    return target === null ? null : this.wideString(target);
  }

  /** The strings of a list that ends with an empty one (MULTI_SZ), from where a pointer leads; none for a null pointer. */
  wideStringsAt(at: number): readonly string[] {
    const strings: string[] = [];
    let place = this.pointer(at);
    while (place !== null) {
      const text = this.wideString(place);
      if (text === "") break;
      if (strings.length >= 1024) throw refused("list does not end");
      strings.push(text);
      place += (text.length + 1) * 2;
    }
    return strings;
  }

  /** A struct that lies at an offset: its members by name. */
  struct<Name extends LayoutName>(name: Name, start: number): Struct<Name> {
    const place = (member: MemberOf<Name>): number => start + offsetOf(name, member);
    return {
      at: place,
      uint32: (member) => this.uint32(place(member)),
      text: (member) => this.wideStringAt(place(member)),
      texts: (member) => this.wideStringsAt(place(member)),
      pointer: (member) => this.pointer(place(member)),
    };
  }
}

/** Access to the members of one struct in memory. */
export interface Struct<Name extends LayoutName> {
  /** Offset of a member in the memory, not in the struct. */
  readonly at: (member: MemberOf<Name>) => number;
  readonly uint32: (member: MemberOf<Name>) => number;
  readonly text: (member: MemberOf<Name>) => string | null;
  readonly texts: (member: MemberOf<Name>) => readonly string[];
  readonly pointer: (member: MemberOf<Name>) => number | null;
}
