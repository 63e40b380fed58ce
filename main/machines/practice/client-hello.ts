// The ClientHello that opens a TLS connection: only as much of it as the choice of a certificate needs.

/** `incomplete` wants more bytes; `invalid` is no ClientHello, or one longer than any real client sends. */
export type Hello =
  | { readonly kind: "complete"; readonly serverName: string | null }
  | { readonly kind: "incomplete" }
  | { readonly kind: "invalid" };

/** Bytes of a ClientHello at most, records included. Real ones have a few hundred, with post-quantum keys about 2000. */
export const helloLimit = 32 * 1024;

const invalid: Hello = { kind: "invalid" };
const incomplete: Hello = { kind: "incomplete" };

const handshakeRecord = 22;
const clientHelloType = 1;
const recordLimit = 0x4000 + 256;

/** Takes the content of the handshake records together. Source: RFC 8446, 5.1. */
function handshakeBytes(bytes: Uint8Array): Uint8Array | Hello {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const content: number[] = [];
  let at = 0;
  for (;;) {
    if (bytes.length > at && bytes[at] !== handshakeRecord) return invalid;
    if (bytes.length > at + 1 && bytes[at + 1] !== 3) return invalid;
    if (bytes.length < at + 5) return bytes.length > helloLimit ? invalid : incomplete;
    const length = view.getUint16(at + 3);
    if (length === 0 || length > recordLimit) return invalid;
    content.push(...bytes.subarray(at + 5, at + 5 + length));
    if (content.length > 0 && content[0] !== clientHelloType) return invalid;
    if (content.length >= 4) {
      const wanted = ((content[1] ?? 0) << 16) | ((content[2] ?? 0) << 8) | (content[3] ?? 0);
      if (wanted > helloLimit) return invalid;
      if (content.length >= 4 + wanted) return Uint8Array.from(content.slice(4, 4 + wanted));
    }
    if (bytes.length < at + 5 + length) return bytes.length > helloLimit ? invalid : incomplete;
    at += 5 + length;
  }
}

/** Reads fields one after the other; asking beyond the end gives null from then on. */
class Fields {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  isEmpty(): boolean {
    return this.at >= this.bytes.length;
  }

  take(length: number): Uint8Array | null {
    if (this.at + length > this.bytes.length) return null;
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  number(width: 1 | 2): number | null {
    const bytes = this.take(width);
    return bytes && bytes.reduce((value, byte) => value * 256 + byte, 0);
  }

  /** A vector: its length in `width` bytes, then so many bytes. */
  vector(width: 1 | 2): Uint8Array | null {
    const length = this.number(width);
    return length === null ? null : this.take(length);
  }
}

/** The host name of the server_name extension. Undefined when the extension is malformed. Source: RFC 6066, 3. */
function hostName(extension: Uint8Array): string | null | undefined {
  const list = new Fields(extension).vector(2);
  if (!list) return undefined;
  const names = new Fields(list);
  while (!names.isEmpty()) {
    const type = names.number(1);
    const name = names.vector(2);
    if (type === null || !name) return undefined;
    if (type !== 0) continue;
    const text = String.fromCharCode(...name.subarray(0, 256));
    return name.length > 0 && name.length <= 255 && /^[\x21-\x7e]+$/.test(text) ? text.toLowerCase().replace(/\.$/, "") : undefined;
  }
  return null;
}

/** Reads what a client sent so far. Source: RFC 8446, 4.1.2. Never throws; looks at 32 KiB at most. */
export function readHello(bytes: Uint8Array): Hello {
  const hello = handshakeBytes(bytes);
  if (!(hello instanceof Uint8Array)) return hello;
  const fields = new Fields(hello);
  const version = fields.number(2);
  if (version === null || version >> 8 !== 3 || !fields.take(32) || !fields.vector(1) || !fields.vector(2) || !fields.vector(1)) return invalid;
  if (fields.isEmpty()) return { kind: "complete", serverName: null };
  const block = fields.vector(2);
  if (!block || !fields.isEmpty()) return invalid;
  const extensions = new Fields(block);
  while (!extensions.isEmpty()) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    if (type === null || !content) return invalid;
    if (type !== 0) continue;
    const serverName = hostName(content);
    return serverName === undefined ? invalid : { kind: "complete", serverName };
  }
  return { kind: "complete", serverName: null };
}
