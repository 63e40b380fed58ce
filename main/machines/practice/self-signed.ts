// The certificate that a gateway's installer makes for itself: self-signed, for the name 0.0.0.0.
import { generateKeyPairSync, randomBytes } from "node:crypto";

/** Years that it is valid, and RSA bits, as the installer has them. */
const years = 10;
const bits = 2048;

/** DER of the certificate, and its key as clear PKCS#8 DER. Source: santedb-dcg, `--install --bindcert`. */
export async function makeSelfSigned(commonName: string, now = new Date()): Promise<{ readonly certificate: Uint8Array; readonly privateKey: Uint8Array }> {
  // Loaded for this one kind of machine only.
  const { default: forge } = await import("node-forge");
  const key = generateKeyPairSync("rsa", { modulusLength: bits }).privateKey;
  const { pki } = forge;
  const signer = pki.privateKeyFromPem(key.export({ format: "pem", type: "pkcs1" }).toString());
  const certificate = pki.createCertificate();
  certificate.publicKey = pki.setRsaPublicKey(signer.n, signer.e);
  certificate.serialNumber = `00${randomBytes(15).toString("hex")}`;
  certificate.validity.notBefore = now;
  certificate.validity.notAfter = new Date(new Date(now).setFullYear(now.getFullYear() + years));
  const name = [{ name: "commonName", value: commonName }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([{ name: "basicConstraints", cA: false }, { name: "keyUsage", digitalSignature: true, keyEncipherment: true }, { name: "extKeyUsage", serverAuth: true }]);
  certificate.sign(signer, forge.md.sha256.create());
  return {
    certificate: Buffer.from(forge.asn1.toDer(pki.certificateToAsn1(certificate)).getBytes(), "latin1"),
    privateKey: new Uint8Array(key.export({ format: "der", type: "pkcs8" })),
  };
}
