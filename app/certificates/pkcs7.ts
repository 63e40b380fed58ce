// PKCS #7: the .p7b file that carries certificates and nothing secret (RFC 2315, RFC 5652).
import { firstMember, MalformedError, memberEncodings, sameBytes } from "./asn1.ts";

/** The OBJECT IDENTIFIER 1.2.840.113549.1.7.2, signed data. */
const signedData = Uint8Array.of(0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02);

const certificatesTag = 0xa0;
const sequenceTag = 0x30;

/** Whether bytes begin as a ContentInfo of signed data does. Throws MalformedError. */
export function isPkcs7(bytes: Uint8Array): boolean {
  const type = firstMember(bytes);
  return type !== null && sameBytes(type, signedData);
}

/**
 * DER of each certificate in it, in the order of the file; the outlines of the list only are read here. Throws
 * MalformedError, also for more than `most` certificates.
 */
export function certificatesOf(bytes: Uint8Array, most: number): readonly Uint8Array[] {
  const [type, wrapper] = memberEncodings(bytes, 2);
  if (!type || !sameBytes(type, signedData) || !wrapper) throw new MalformedError("it is no list of certificates.");
  const [content] = memberEncodings(wrapper, 1);
  if (!content) throw new MalformedError("it is no list of certificates.");
  const list = memberEncodings(content, 6).find(([tag]) => tag === certificatesTag);
  return list ? memberEncodings(list, most).filter(([tag]) => tag === sequenceTag) : [];
}
