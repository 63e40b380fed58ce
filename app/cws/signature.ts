// Signatures as the services want them: RSASSA-PKCS1-v1_5 in base64, over the bytes of a body or the empty string.
import { createSign, createVerify, type KeyObject } from "node:crypto";
import { decodeBase64, encodeBase64 } from "../base64.ts";
import { hashOf, type Algorithm } from "./algorithm.ts";

/** Bytes in pieces, as they came. */
export type Pieces = readonly Uint8Array[];

/** The signature in base64 on one line. Throws what the platform throws for a key that cannot sign. */
export function signPieces(algorithm: Algorithm, pieces: Pieces, privateKey: KeyObject): string {
  const signer = createSign(hashOf[algorithm]);
  for (const piece of pieces) signer.update(piece);
  return signer.sign(privateKey, "base64");
}

/** Whether a signature, in base64 as it must be, is that of the bytes. False for anything that is no signature. */
export function verifyPieces(algorithm: Algorithm, pieces: Pieces, signature: string, publicKey: KeyObject): boolean {
  const verifier = createVerify(hashOf[algorithm]);
  for (const piece of pieces) verifier.update(piece);
  try {
    return verifier.verify(publicKey, signature, "base64");
  } catch {
    return false;
  }
}

/** All pieces as one. */
export function joined(pieces: Pieces): Uint8Array {
  const [only, ...more] = pieces;
  if (only && more.length === 0) return only;
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

const canonical = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A signature by the largest key, percent-encoded and in base64 twice, has some 11,000 characters; beyond this nothing is a signature. */
export const longestSignatureText = 65_536;

/** Bytes of base64 as it must be: one line, padded. Null for anything else. */
export function decodeCanonical(text: string): Uint8Array | null {
  return text === "" || text.length > longestSignatureText || !canonical.test(text) ? null : decodeBase64(text);
}

/** The text of a signature's bytes. */
export const encodeSignature = (bytes: Uint8Array): string => encodeBase64(bytes);
