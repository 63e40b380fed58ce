// Compression as diagnosing a signature needs it: what a body was before it was compressed, and what it may have become.
import { brotliCompressSync, brotliDecompressSync, constants, deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { deflate, deflateRaw, gzip } from "pako";
import type { Compression } from "../../app/cws/body-variants.ts";

/** Null where the bytes are not of that method, or come to more than the limit. */
function attempt(work: () => Uint8Array): Uint8Array | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** Octets that writers differ in: extra flags and operating system of a gzip header (RFC 1952, 2.3). */
const gzipEnds: readonly (readonly [flags: number, system: number])[] = [[0, 3], [0, 255], [0, 0], [2, 255], [0, 10], [4, 10], [2, 3], [2, 0], [4, 0], [4, 3], [4, 255], [0, 19], [0, 7]];

/** Bytes beyond which only the usual level is tried: zlib in JavaScript takes a second for some 20 MB. */
const allLevels = 2 * 1024 * 1024;

export const zlibCompression: Compression = {
  *unpacked(bytes, limit) {
    const options = { maxOutputLength: limit };
    const methods: readonly (readonly [string, boolean, () => Uint8Array])[] = [
      ["gzip", bytes[0] === 0x1f && bytes[1] === 0x8b, () => gunzipSync(bytes, options)],
      ["deflate", ((bytes[0] ?? 0) & 0x0f) === 8, () => inflateSync(bytes, options)],
      ["deflate without its frame", bytes.length > 2, () => inflateRawSync(bytes, options)],
      ["Brotli", bytes.length > 2, () => brotliDecompressSync(bytes, options)],
    ];
    for (const [name, isLikely, unpack] of methods) {
      const content = isLikely ? attempt(unpack) : null;
      if (content !== null && content.length > 0) yield [name, content];
    }
  },
  *packed(bytes) {
    // Node's own zlib is Chromium's, whose bytes are not always those of the zlib that PHP, Python and gzip have; pako's are.
    for (const level of bytes.length <= allLevels ? [6, 9, 1] as const : [6] as const) {
      for (const writer of [{ gzip, deflate, deflateRaw }, { gzip: gzipSync, deflate: deflateSync, deflateRaw: deflateRawSync }]) {
        const packed = writer.gzip(bytes, { level });
        for (const [flags, system] of gzipEnds) {
          const variant = Uint8Array.from(packed);
          variant.fill(0, 4, 8);
          variant[8] = flags;
          variant[9] = system;
          yield ["gzip", variant];
        }
        yield ["deflate", writer.deflate(bytes, { level })];
        yield ["deflate without its frame", writer.deflateRaw(bytes, { level })];
      }
    }
    for (const quality of bytes.length < allLevels ? [11, 4, 5] : [4]) yield ["Brotli", brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })];
  },
};
