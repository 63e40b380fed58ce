// The practice machine's certificate stores: a folder each, one DER file a certificate and one PEM file a private key.
import { createHash, createPrivateKey, randomBytes, sign, verify, X509Certificate, type KeyObject } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { LockstepError, problem } from "../../../app/errors.ts";
import type { CertificateStore, StoredCertificate, StoreName } from "../../../app/machine.ts";
import { atomicWrite, eraseFile, eraseLeftovers, nodeFiles, readFile, removeFile, removeLeftovers } from "../../storage/file.ts";

export const storeNames: readonly StoreName[] = ["My", "CA", "Root"];

/** Bytes of a certificate or key at most. */
const materialLimit = 1024 * 1024;

const openAtOnce = 32;

/** The stores, and the private keys themselves for those who serve TLS with them. */
export interface PracticeCertificateStore extends CertificateStore {
  /** PEM, PKCS#8; null when there is none or it cannot be read. */
  privateKey(store: StoreName, thumbprint: string): Promise<string | null>;
}

/** 40 upper-case hexadecimal digits. */
export const thumbprintOf = (der: Uint8Array): string => createHash("sha1").update(der).digest("hex").toUpperCase();

const unusable = (act: string, reason: string, cause?: unknown): LockstepError => problem("certificate-store-failed", { act, reason }, { cause });

function parse(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (thrown) {
    throw unusable("read the certificate", "it is no X.509 certificate", thrown);
  }
}

function parseKey(key: Uint8Array, certificate: X509Certificate): KeyObject {
  let parsed: KeyObject;
  try {
    parsed = createPrivateKey({ key: Buffer.from(key), format: "der", type: "pkcs8" });
  } catch (thrown) {
    throw unusable("read the private key", "it is no PKCS#8 key", thrown);
  }
  if (!certificate.checkPrivateKey(parsed)) throw unusable("import the private key", "it does not belong to the certificate");
  return parsed;
}

function parseStoredKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (thrown) {
    throw unusable("read the private key", "its file is damaged", thrown);
  }
}

/** Digest of a test signature; Edwards curves have their own. */
const digestFor = ({ asymmetricKeyType }: KeyObject): string | null => (asymmetricKeyType === "ed25519" || asymmetricKeyType === "ed448" ? null : "sha256");

/** Opens the stores in a folder. Files that are not certificates under their own thumbprint are passed over. */
export function openCertificateStore(folder: string): PracticeCertificateStore {
  const certificatePath = (store: StoreName, thumbprint: string): string => join(folder, store, `${thumbprint}.cer`);
  const keyPath = (store: StoreName, thumbprint: string): string => join(folder, store, `${thumbprint}.key`);

  const privateKey = async (store: StoreName, thumbprint: string): Promise<string | null> => {
    if (!/^[0-9A-F]{40}$/.test(thumbprint)) return null;
    try {
      return Buffer.from(await readFile(keyPath(store, thumbprint), materialLimit)).toString("latin1");
    } catch (thrown) {
      if (thrown instanceof LockstepError) return null;
      throw thrown;
    }
  };

  const readCertificate = async (store: StoreName, thumbprint: string): Promise<Uint8Array | null> => {
    try {
      const der = await readFile(certificatePath(store, thumbprint), materialLimit);
      return thumbprintOf(der) === thumbprint ? der : null;
    } catch (thrown) {
      if (thrown instanceof LockstepError) return null;
      throw thrown;
    }
  };

  const find = async (store: StoreName, thumbprint: string): Promise<StoredCertificate | null> => {
    const name = thumbprint.toUpperCase();
    if (!/^[0-9A-F]{40}$/.test(name)) return null;
    const der = await readCertificate(store, name);
    if (!der) return null;
    const hasPrivateKey = await nodeFiles.stat(keyPath(store, name)).then((found) => found !== null, () => true);
    return { store, thumbprint: name, der, hasPrivateKey };
  };

  const listOne = async (store: StoreName): Promise<readonly StoredCertificate[]> => {
    const names = new Set(await readdir(join(folder, store)).catch(() => []));
    const thumbprints = [...names].flatMap((name) => /^([0-9A-F]{40})\.cer$/.exec(name)?.[1] ?? []);
    const found: StoredCertificate[] = [];
    // Some at once, not thousands: each holds a file open.
    for (let from = 0; from < thumbprints.length; from += openAtOnce) {
      const read = await Promise.all(thumbprints.slice(from, from + openAtOnce).map(async (thumbprint) => {
        const der = await readCertificate(store, thumbprint);
        return der ? [{ store, thumbprint, der, hasPrivateKey: names.has(`${thumbprint}.key`) }] : [];
      }));
      found.push(...read.flat());
    }
    return found;
  };

  return {
    find,
    privateKey,
    list: async (store) => {
      if (store) return listOne(store);
      return (await Promise.all(storeNames.map(listOne))).flat();
    },
    import: async (store, der, key) => {
      const certificate = parse(der);
      const parsedKey = key === null ? null : parseKey(key, certificate);
      const thumbprint = thumbprintOf(der);
      const present = await find(store, thumbprint);
      if (present && (present.hasPrivateKey || parsedKey === null)) return;
      // The certificate first: a key whose certificate is missing would be found by nobody, and stay for ever.
      if (!present) await atomicWrite(certificatePath(store, thumbprint), der, { mode: 0o644 });
      if (parsedKey === null) return;
      try {
        await atomicWrite(keyPath(store, thumbprint), Buffer.from(parsedKey.export({ format: "pem", type: "pkcs8" })), { mode: 0o600 });
      } catch (thrown) {
        if (!present) await removeFile(certificatePath(store, thumbprint));
        throw thrown;
      }
    },
    remove: async (store, thumbprint) => {
      const name = thumbprint.toUpperCase();
      if (!/^[0-9A-F]{40}$/.test(name)) return;
      await eraseFile(keyPath(store, name));
      await removeFile(certificatePath(store, name));
    },
    tidy: async (store, thumbprint) => {
      const name = thumbprint.toUpperCase();
      if (!/^[0-9A-F]{40}$/.test(name)) return;
      await eraseLeftovers(keyPath(store, name));
      await removeLeftovers(certificatePath(store, name));
    },
    exportKey: async (store, thumbprint) => {
      const found = await find(store, thumbprint);
      const pem = found && await privateKey(store, found.thumbprint);
      if (!found || pem === null) return null;
      return new Uint8Array(parseStoredKey(pem).export({ format: "der", type: "pkcs8" }));
    },
    provesKey: async (store, thumbprint) => {
      const found = await find(store, thumbprint);
      const pem = found && await privateKey(store, found.thumbprint);
      if (!found || pem === null) return false;
      try {
        const key = createPrivateKey(pem);
        const challenge = randomBytes(32);
        return verify(digestFor(key), challenge, new X509Certificate(found.der).publicKey, sign(digestFor(key), challenge, key));
      } catch {
        return false;
      }
    },
  };
}
