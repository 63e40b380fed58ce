// This machine's certificate stores: a folder each, two PEM files a certificate at most, the key for its owner alone.
import { createHash, createPrivateKey, randomBytes, sign, verify, X509Certificate, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { LockstepError, problem } from "../../../app/errors.ts";
import type { CertificateStore, StoredCertificate, StoreName } from "../../../app/machine.ts";
import { atomicWrite, eraseFile, eraseLeftovers, fileMode, nodeFiles, readFile, removeFile, removeLeftovers } from "../../storage/file.ts";
import { distrustOfFolder, makeTrustedFolder } from "../../storage/trusted.ts";

const storeNames: readonly StoreName[] = ["My", "CA", "Root"];

/** Bytes of a certificate or key at most. */
const materialLimit = 1024 * 1024;
const openAtOnce = 32;

const folderRights = 0o755;
const certificateRights = 0o644;
const keyRights = 0o600;

/** Where a certificate of a store and its key lie; `thumbprint` is 40 upper-case hexadecimal digits. */
export function filesOf(folder: string, store: StoreName, thumbprint: string): { readonly certificate: string; readonly key: string } {
  return { certificate: join(folder, store, `${thumbprint}.pem`), key: join(folder, store, `${thumbprint}.key.pem`) };
}

/** 40 upper-case hexadecimal digits. */
const thumbprintOf = (der: Uint8Array): string => createHash("sha1").update(der).digest("hex").toUpperCase();
const isThumbprint = (text: string): boolean => /^[0-9A-F]{40}$/.test(text);

const failed = (act: string, reason: string, cause?: unknown): LockstepError => problem("certificate-store-failed", { act, reason }, { cause });

/** What a failed write comes to. A full disk stays what it is. */
function writeFailed(act: string, thrown: unknown): unknown {
  return thrown instanceof LockstepError && thrown.code !== "disk-full" && thrown.code !== "certificate-store-failed" ? failed(act, thrown.message, thrown) : thrown;
}

function parseCertificate(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (thrown) {
    throw failed("read the certificate", "it is no X.509 certificate", thrown);
  }
}

function parseKey(key: Uint8Array, certificate: X509Certificate): KeyObject {
  let parsed: KeyObject;
  try {
    parsed = createPrivateKey({ key: Buffer.from(key), format: "der", type: "pkcs8" });
  } catch (thrown) {
    throw failed("read the private key", "it is no PKCS#8 key", thrown);
  }
  if (!certificate.checkPrivateKey(parsed)) throw failed("import the private key", "it does not belong to the certificate");
  return parsed;
}

/** Of what a file holds; null for what is no key. */
function keyIn(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

const begin = "-----BEGIN CERTIFICATE-----";
const end = "-----END CERTIFICATE-----";

function pemOf(der: Uint8Array): Uint8Array {
  const lines = Buffer.from(der).toString("base64").match(/.{1,64}/g) ?? [];
  return Buffer.from([begin, ...lines, end, ""].join("\n"));
}

/** The first certificate of a file; empty for what is none. */
function derIn(pem: Uint8Array): Uint8Array {
  const text = Buffer.from(pem).toString("latin1");
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  return from < 0 || to < 0 ? new Uint8Array() : new Uint8Array(Buffer.from(text.slice(from + begin.length, to), "base64"));
}

/** Digest of a test signature; Edwards curves have their own. */
const digestFor = ({ asymmetricKeyType }: KeyObject): string | null => (asymmetricKeyType === "ed25519" || asymmetricKeyType === "ed448" ? null : "sha256");

/** The bytes of a file; null where there is none or it may not be read. */
async function read(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path, materialLimit);
  } catch (thrown) {
    if (thrown instanceof LockstepError) return null;
    throw thrown;
  }
}

/**
 * Opens the stores below a folder; nothing is made before the first import. Files that are not certificates under their own
 * thumbprint are passed over. Nothing is put into a folder that others may write, or that is a link: throws certificate-store-failed.
 */
export function openCertificateFolder(folder: string): CertificateStore {
  const readKey = async (store: StoreName, thumbprint: string): Promise<KeyObject | null | undefined> => {
    const pem = await read(filesOf(folder, store, thumbprint).key);
    return pem === null ? undefined : keyIn(Buffer.from(pem).toString("latin1"));
  };

  const readCertificate = async (store: StoreName, thumbprint: string): Promise<Uint8Array | null> => {
    const pem = await read(filesOf(folder, store, thumbprint).certificate);
    const der = pem && derIn(pem);
    return der && thumbprintOf(der) === thumbprint ? der : null;
  };

  const find = async (store: StoreName, thumbprint: string): Promise<StoredCertificate | null> => {
    const name = thumbprint.toUpperCase();
    const der = isThumbprint(name) ? await readCertificate(store, name) : null;
    if (!der) return null;
    // A file that may not be asked about is there.
    const hasPrivateKey = await nodeFiles.stat(filesOf(folder, store, name).key).then((found) => found !== null, () => true);
    return { store, thumbprint: name, der, hasPrivateKey };
  };

  const listOne = async (store: StoreName): Promise<readonly StoredCertificate[]> => {
    const names = new Set(await nodeFiles.list(join(folder, store)).catch(() => []));
    const thumbprints = [...names].flatMap((name) => /^([0-9A-F]{40})\.pem$/.exec(name)?.[1] ?? []);
    const found: StoredCertificate[] = [];
    // Some at once, not thousands: each holds a file open.
    for (let from = 0; from < thumbprints.length; from += openAtOnce) {
      const some = await Promise.all(thumbprints.slice(from, from + openAtOnce).map(async (thumbprint): Promise<readonly StoredCertificate[]> => {
        const der = await readCertificate(store, thumbprint);
        return der ? [{ store, thumbprint, der, hasPrivateKey: names.has(`${thumbprint}.key.pem`) }] : [];
      }));
      found.push(...some.flat());
    }
    return found;
  };

  const prepare = async (store: StoreName): Promise<void> => {
    for (const path of [folder, join(folder, store)]) await makeTrustedFolder(path, folderRights);
  };

  /** Whether the key that is there is the right one, for its owner alone. */
  const holdsKey = async (store: StoreName, thumbprint: string, key: KeyObject): Promise<boolean> => {
    const present = await readKey(store, thumbprint);
    return present?.equals(key) === true && await fileMode(filesOf(folder, store, thumbprint).key) === keyRights;
  };

  return {
    find,
    list: async (store) => (store ? listOne(store) : (await Promise.all(storeNames.map(listOne))).flat()),
    import: async (store, der, key) => {
      const certificate = parseCertificate(der);
      const privateKey = key === null ? null : parseKey(key, certificate);
      const thumbprint = thumbprintOf(der);
      const files = filesOf(folder, store, thumbprint);
      try {
        const reason = await distrustOfFolder(folder) ?? await distrustOfFolder(join(folder, store));
        if (reason !== null) throw failed(`be written in ${folder}`, reason);
        const present = await readCertificate(store, thumbprint);
        const hasKey = privateKey === null || await holdsKey(store, thumbprint, privateKey);
        if (present && hasKey) return;
        await prepare(store);
        // The certificate first: a key whose certificate is missing would be found by nobody, and stay for ever.
        if (!present) await atomicWrite(files.certificate, pemOf(der), { mode: certificateRights });
        if (privateKey === null || hasKey) return;
        try {
          await atomicWrite(files.key, Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" })), { mode: keyRights });
        } catch (thrown) {
          if (!present) await removeFile(files.certificate);
          throw thrown;
        }
      } catch (thrown) {
        throw writeFailed("be written", thrown);
      }
    },
    remove: async (store, thumbprint) => {
      const name = thumbprint.toUpperCase();
      if (!isThumbprint(name)) return;
      const files = filesOf(folder, store, name);
      try {
        await eraseFile(files.key);
        await removeFile(files.certificate);
      } catch (thrown) {
        throw writeFailed(`remove ${name}`, thrown);
      }
    },
    tidy: async (store, thumbprint) => {
      const name = thumbprint.toUpperCase();
      if (!isThumbprint(name)) return;
      const files = filesOf(folder, store, name);
      if (await distrustOfFolder(folder) === null && await distrustOfFolder(join(folder, store)) === null) await eraseLeftovers(files.key);
      await removeLeftovers(files.certificate);
    },
    exportKey: async (store, thumbprint) => {
      const found = await find(store, thumbprint);
      const key = found ? await readKey(store, found.thumbprint) : undefined;
      if (key === null) throw failed("read the private key", "its file is damaged");
      return key === undefined ? null : new Uint8Array(key.export({ format: "der", type: "pkcs8" }));
    },
    provesKey: async (store, thumbprint) => {
      const found = await find(store, thumbprint);
      const key = found ? await readKey(store, found.thumbprint) : undefined;
      if (!found || !key) return false;
      try {
        const challenge = randomBytes(32);
        return verify(digestFor(key), challenge, new X509Certificate(found.der).publicKey, sign(digestFor(key), challenge, key));
      } catch {
        return false;
      }
    },
  };
}
