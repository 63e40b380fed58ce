// The proof that a private key and a certificate belong together and both work: a signature made and checked.
import { randomBytes, sign, verify } from "node:crypto";
import { MalformedError } from "./asn1.ts";
import { privateKeyOf } from "./private-key.ts";
import { publicKeyOf, readFields } from "./x509.ts";

/** Signs random bytes with clear PKCS #8 and checks them with the certificate's public key. False whatever goes wrong. */
export function provesKey(certificateDer: Uint8Array, pkcs8: Uint8Array): boolean {
  try {
    const publicKey = publicKeyOf(readFields(certificateDer));
    const privateKey = privateKeyOf(pkcs8);
    if (!publicKey || publicKey.asymmetricKeyType !== privateKey.asymmetricKeyType) return false;
    // EdDSA hashes by itself.
    const hash = publicKey.asymmetricKeyType === "ed25519" || publicKey.asymmetricKeyType === "ed448" ? null : "sha256";
    const message = randomBytes(32);
    return verify(hash, message, publicKey, sign(hash, message, privateKey));
  } catch (error) {
    if (error instanceof MalformedError || error instanceof Error && "code" in error) return false;
    throw error;
  }
}
