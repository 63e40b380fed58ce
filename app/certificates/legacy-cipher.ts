// RC2 and single DES in CBC mode, undone for old files. The platform's own cryptography has them in Node at best, in Electron never.
import des from "node-forge/lib/des.js";
import rc2 from "node-forge/lib/rc2.js";
import util from "node-forge/lib/util.js";

const blockLength = 8;

/** Octets as node-forge holds them: the characters of a string. */
export interface ForgeBuffer { readonly data: string }

export interface ForgeDecipher {
  readonly output: { getBytes(): string };
  start(iv: string): void;
  update(input: ForgeBuffer): void;
  /** `pad` takes the place of node-forge's own look at the padding, which is at the last octet only. */
  finish(pad: () => boolean): boolean;
}

/** Clear content of RC2 (RFC 2268) with so many effective key bits; null where the padding is not what it should be. */
export function openRc2(key: Uint8Array, effectiveBits: number, iv: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  return opened(rc2.createDecryptionCipher(binary(key), effectiveBits), iv, sealed);
}

/** Clear content of DES (FIPS 46-3); null as for RC2. */
export function openDes(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  return opened(des.createDecryptionCipher(binary(key), "CBC"), iv, sealed);
}

/** Octets at a time: node-forge takes time in the square of what it is given at once. Each part's vector is the block before it. */
const part = 4096;

function opened(cipher: ForgeDecipher, iv: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length === 0 || sealed.length % blockLength !== 0) return null;
  const clear = new Uint8Array(sealed.length);
  for (let from = 0; from < sealed.length; from += part) {
    cipher.start(binary(from === 0 ? iv : sealed.subarray(from - blockLength, from)));
    cipher.update(util.createBuffer(binary(sealed.subarray(from, from + part))));
    cipher.finish(keepPadding);
    const octets = cipher.output.getBytes();
    for (let index = 0; index < octets.length; index++) clear[from + index] = octets.charCodeAt(index);
  }
  return unpadded(clear);
}

const keepPadding = (): boolean => true;

/** Padding is as many octets as it says, all alike (RFC 8018, 6.1.1). */
function unpadded(padded: Uint8Array): Uint8Array | null {
  const count = padded.at(-1) ?? 0;
  const length = padded.length - count;
  return count >= 1 && count <= blockLength && padded.subarray(length).every((octet) => octet === count) ? padded.slice(0, length) : null;
}

const binary = (octets: Uint8Array): string => String.fromCharCode(...octets);
