// The certificate that a SanteDB gateway's installer makes for itself: CN=0.0.0.0, signed with its own key.
import { generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";

export interface SelfSigned {
  /** DER. */
  readonly certificate: Uint8Array;
  /** Clear PKCS #8 DER; a secret. */
  readonly privateKey: Uint8Array;
}

const years = 10;

/** Makes a key of RSA 2048 and a certificate for it that is valid for ten years from now. Takes some hundred milliseconds. */
export async function makeSelfSigned(commonName: string): Promise<SelfSigned> {
  // Loaded here, because hardly any start of Lockstep makes a machine.
  const [{ default: { asn1, md, pki } }, { publicKey, privateKey }] = await Promise.all([import("node-forge"), promisify(generateKeyPair)("rsa", { modulusLength: 2048 })]);
  const certificate = pki.createCertificate();
  certificate.publicKey = pki.publicKeyFromPem(publicKey.export({ format: "pem", type: "spki" }).toString());
  // A positive INTEGER, as RFC 5280, 4.1.2.2 asks.
  certificate.serialNumber = `4${randomBytes(16).toString("hex").slice(1)}`;
  certificate.validity.notBefore = new Date();
  certificate.validity.notAfter = new Date();
  certificate.validity.notAfter.setFullYear(certificate.validity.notBefore.getFullYear() + years);
  const name = [{ name: "commonName", value: commonName }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: "keyUsage", critical: true, digitalSignature: true, keyEncipherment: true },
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectKeyIdentifier" },
  ]);
  certificate.sign(pki.privateKeyFromPem(privateKey.export({ format: "pem", type: "pkcs1" }).toString()), md.sha256.create());
  return {
    certificate: Buffer.from(asn1.toDer(pki.certificateToAsn1(certificate)).getBytes(), "latin1"),
    privateKey: new Uint8Array(privateKey.export({ format: "der", type: "pkcs8" })),
  };
}
