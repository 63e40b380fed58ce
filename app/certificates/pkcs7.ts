// PKCS #7: the .p7b file that carries certificates and nothing secret (RFC 2315, RFC 5652).
import { encoding, isObjectIdentifier, isSequence, isTagged, MalformedError, objectIdentifier, sequence, tagged, type Element } from "./asn1.ts";

const signedData = "1.2.840.113549.1.7.2";

/** Whether a parsed element is a ContentInfo of signed data. */
export function isPkcs7(element: Element): boolean {
  const [type] = isSequence(element) ? sequence(element) : [];
  return isObjectIdentifier(type) && objectIdentifier(type) === signedData;
}

/** DER of each certificate in it, in the order of the file. Throws MalformedError. */
export function certificatesOf(element: Element): readonly Uint8Array[] {
  const [type, wrapper] = sequence(element);
  if (objectIdentifier(type) !== signedData) throw new MalformedError("it is no list of certificates.");
  const certificates = sequence(tagged(wrapper, 0)[0]).find((member) => isTagged(member, 0));
  return certificates ? tagged(certificates, 0).filter(isSequence).map(encoding) : [];
}
