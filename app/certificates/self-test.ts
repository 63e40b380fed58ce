// What reading and making certificates, and explaining signatures, asks of the platform's cryptography, each tried on a known answer. Node carries
// OpenSSL and Electron BoringSSL, which differ in what they offer.
import { createDecipheriv, createHash, createHmac, createPrivateKey, generateKeyPair, generateKeyPairSync, pbkdf2Sync, scryptSync, sign, verify, webcrypto, X509Certificate, type KeyObject } from "node:crypto";
import { decodeBase64 } from "../base64.ts";
import { open, openingKey } from "../cws/opening.ts";

interface Probe {
  /** As it is told to people. */
  readonly name: string;
  readonly holds: () => boolean | Promise<boolean>;
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
const octets = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index);

/** The first four octets of the digest of "abc". Source: FIPS 180-4, RFC 1321. */
const digests = {
  "md5": "90015098", "sha1": "a9993e36", "sha224": "23097d22", "sha256": "ba7816bf", "sha384": "cb00753f", "sha512": "ddaf35a1", "sha512-256": "53048e26",
} as const;

/** A block of zeros decrypted with the key 00 01 02 … and a vector of zeros, without padding: its first four octets. */
const ciphers = {
  "aes-128-cbc": [16, 16, "7b1d29a1"], "aes-192-cbc": [24, 16, "6287f7fa"], "aes-256-cbc": [32, 16, "6d9f08eb"], "des-ede3-cbc": [24, 8, "31b3ee88"],
} as const;

function decryptsAs(cipher: keyof typeof ciphers): boolean {
  const [keyLength, blockLength, expected] = ciphers[cipher];
  const decipher = createDecipheriv(cipher, octets(keyLength), new Uint8Array(blockLength)).setAutoPadding(false);
  return hex(decipher.update(new Uint8Array(blockLength))).startsWith(expected);
}

/** A self-signed certificate on P-256 for "self-test", valid from 2026 to 2046. */
const certificate = "MIIBfTCCASOgAwIBAgIUDpTEoh/M+fSjxvAEqHg0jjcvvE4wCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJc2VsZi10ZXN0MB4XDTI2MTEyNDAzNDQwM1oXDTQ2MTExOTAzNDQwM1owFDESMBAGA1UEAwwJc2VsZi10ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEoxR2ETKMlr5a/G9Ttzs6U831E4D0KWoU89khkqJRTbc5PmIAKzmJwXRnHqJH6DzMAKBkhrPLIYvvcjY2N1YtTKNTMFEwHQYDVR0OBBYEFIlc6niBgg0Fd3UT4cKaIH5K/RckMB8GA1UdIwQYMBaAFIlc6niBgg0Fd3UT4cKaIH5K/RckMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAKPN/TWWJ4sUuYlTd6TdtaZjtXjR118EEoYkWyDjXXFAAiANg4+DzK7Y5yWaw31wQo18xjYE4Tvk445Dshex201mUg==";

/** Writes a fresh key as clear PKCS #8, reads it back, signs with it and checks the signature. */
async function signsWith(make: (done: (error: Error | null, publicKey: KeyObject, privateKey: KeyObject) => void) => void, hash: string | null): Promise<boolean> {
  const keys = await new Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }>((resolve, reject) => {
    make((error, publicKey, privateKey) => {
      if (error) reject(error); else resolve({ publicKey, privateKey });
    });
  });
  const der = keys.privateKey.export({ type: "pkcs8", format: "der" });
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return verify(hash, octets(40), keys.publicKey, sign(hash, octets(40), key));
}

const probes: readonly Probe[] = [
  ...Object.entries(digests).map(([hash, expected]): Probe => ({ name: hash.toUpperCase(), holds: () => hex(createHash(hash).update("abc").digest()).startsWith(expected) })),
  { name: "HMAC", holds: () => hex(createHmac("sha256", "key").update("abc").digest()).startsWith("9c196e32") },
  ...(["sha1", "sha224", "sha256", "sha384", "sha512", "sha512-256"] as const).map((hash): Probe => ({
    name: `PBKDF2 with ${hash.toUpperCase()}`, holds: () => pbkdf2Sync("password", "salt", 2, 32, hash).length === 32,
  })),
  { name: "PBKDF2", holds: () => hex(pbkdf2Sync("password", "salt", 2, 20, "sha1")).startsWith("ea6c014d") },
  { name: "scrypt", holds: () => hex(scryptSync("", "", 64, { N: 16, r: 1, p: 1 })).startsWith("77d6576238") },
  ...(Object.keys(ciphers) as (keyof typeof ciphers)[]).map((cipher): Probe => ({ name: cipher.toUpperCase(), holds: () => decryptsAs(cipher) })),
  { name: "certificates", holds: () => {
    const read = new X509Certificate(decodeBase64(certificate));
    return read.checkIssued(read) && read.verify(read.publicKey) && read.subject === "CN=self-test";
  } },
  { name: "RSA signatures with SHA-1", holds: () => signsWith((done) => generateKeyPair("rsa", { modulusLength: 2048 }, done), "sha1") },
  { name: "opening RSA signatures", holds: () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const opened = open(sign("sha256", octets(40), privateKey), openingKey(publicKey));
    return opened.kind === "digest" && hex(opened.digest) === createHash("sha256").update(octets(40)).digest("hex");
  } },
  { name: "RSA keys", holds: () => signsWith((done) => generateKeyPair("rsa", { modulusLength: 2048 }, done), "sha256") },
  ...(["P-256", "P-384", "P-521"] as const).map((namedCurve): Probe => ({ name: `EC keys on ${namedCurve}`, holds: () => signsWith((done) => generateKeyPair("ec", { namedCurve }, done), "sha256") })),
  { name: "Ed25519 keys", holds: () => signsWith((done) => generateKeyPair("ed25519", {}, done), null) },
  { name: "certificate requests", holds: async () => {
    const keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    return (await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).byteLength > 100;
  } },
];

/** Names of what this platform's cryptography lacks, or does otherwise than it should; empty where all is well. Takes some tenths of a second. */
export async function missingCryptography(): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const { name, holds } of probes) {
    try {
      if (!(await holds())) missing.push(name);
    } catch {
      missing.push(name);
    }
  }
  return missing;
}
