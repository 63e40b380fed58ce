// The LocalMachine certificate stores, through crypt32.dll.
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { writePfx } from "../../../app/certificates/pfx-writer.ts";
import { thumbprint as thumbprintOf } from "../../../app/certificates/thumbprint.ts";
import { problem, type LockstepError } from "../../../app/errors.ts";
import type { CertificateStore, StoredCertificate, StoreName } from "../../../app/machine.ts";
import { loadCrypt32, loadKeyFunctions } from "./crypt32.ts";
import { nativeReason, type Native, type Pointer } from "./native.ts";
import { openPrivateKeys, sameKey, type KeyReference } from "./private-key.ts";

/** Numbers of wincrypt.h. */
const systemStoreProvider = 10;
const localMachine = 0x0002_0000;
const readOnly = 0x8000;
const existing = 0x4000;
const encoding = 0x0001_0001;
const findSha1 = 0x0001_0000;
const useExisting = 2;
const replaceExisting = 3;
const commitControl = 3;
const commitForce = 1;
const forceClose = 0;
const machineKeySet = 0x20;

const stores: readonly StoreName[] = ["My", "CA", "Root"];
/** Stores beside those of which a certificate may refer to the same key. */
const otherStores = ["WebHosting", "Remote Desktop", "TrustedPeople"] as const;

const failed = (act: string, reason: string, cause?: unknown): LockstepError => problem("certificate-store-failed", { act, reason }, { cause });
const failedBy = (act: string, function_: string, code: number): LockstepError => failed(act, `${function_} answered: ${nativeReason(code)}.`);

function belongTogether(certificate: Uint8Array, privateKey: Uint8Array | null): void {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch (thrown) {
    throw failed("read the certificate", "it is no X.509 certificate", thrown);
  }
  if (privateKey === null) return;
  let belongs: boolean;
  try {
    belongs = parsed.checkPrivateKey(createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" }));
  } catch (thrown) {
    throw failed("read the private key", "it is no PKCS#8 key", thrown);
  }
  if (!belongs) throw failed("import the private key", "it does not belong to the certificate");
}

/**
 * The stores. A key goes into the machine's key set and is not exportable. RSA keys go to the older provider and not to
 * CNG, because services that run on the .NET Framework open those only; HTTP.sys takes both. The file in between is in
 * 3DES, which every Windows reads; it is never on a disk.
 */
export function openCertificateStore(native: Native): CertificateStore {
  const crypt32 = loadCrypt32(native);
  const keys = openPrivateKeys(native, crypt32, loadKeyFunctions(native));

  /** Null where there is no such store and none is to be made. */
  const open = (name: string, flags: number): Pointer => crypt32.openStore(systemStoreProvider, 0, 0, localMachine | flags, name);

  const reading = <Value>(name: StoreName, read: (store: Pointer) => Value, without: Value): Value => {
    const store = open(name, readOnly);
    if (store === null) {
      const code = native.lastError();
      if (code === 2 || (code >>> 0) === 0x8007_0002) return without;
      throw failedBy("be opened", "CertOpenStore", code);
    }
    try {
      return read(store);
    } finally {
      crypt32.closeStore(store, forceClose);
    }
  };

  /** Opens a store to change it. What was changed is written out before it is closed. */
  const writing = (name: StoreName, change: (store: Pointer) => void): void => {
    const store = open(name, 0);
    if (store === null) throw failedBy("be opened to be changed", "CertOpenStore", native.lastError());
    try {
      change(store);
      if (crypt32.controlStore(store, commitForce, commitControl, null) === 0) throw failedBy("write the change out", "CertControlStore", native.lastError());
    } finally {
      crypt32.closeStore(store, forceClose);
    }
  };

  const derOf = (context: bigint): Uint8Array => {
    const memory = native.copyStruct("CERT_CONTEXT", context);
    const record = memory.struct("CERT_CONTEXT", 0);
    return native.copy(memory.uint64(record.at("pbCertEncoded")), record.uint32("cbCertEncoded"));
  };

  /** Goes through all certificates of a store; each context is valid for its turn only. */
  const each = (store: Pointer, visit: (context: bigint) => void): void => {
    for (let context = crypt32.enumerate(store, null); context !== null; context = crypt32.enumerate(store, context)) visit(context);
  };

  const withContext = <Value>(store: Pointer, thumbprint: string, use: (context: bigint) => Value): Value | null => {
    if (!/^[0-9A-F]{40}$/i.test(thumbprint)) return null;
    const context = crypt32.find(store, encoding, 0, findSha1, { cbData: 20, pbData: Buffer.from(thumbprint, "hex") }, null);
    if (context === null) return null;
    try {
      return use(context);
    } finally {
      crypt32.free(context);
    }
  };

  const describe = (store: StoreName, context: bigint): StoredCertificate => {
    const der = derOf(context);
    return { store, thumbprint: thumbprintOf(der), der, hasPrivateKey: keys.reference(context) !== null };
  };

  const list = (name: StoreName): readonly StoredCertificate[] => reading(name, (store) => {
    const found: StoredCertificate[] = [];
    each(store, (context) => found.push(describe(name, context)));
    return found;
  }, []);

  const find = (name: StoreName, thumbprint: string): StoredCertificate | null =>
    reading(name, (store) => withContext(store, thumbprint, (context) => describe(name, context)), null);

  const provesKey = (name: StoreName, thumbprint: string): boolean =>
    reading(name, (store) => withContext(store, thumbprint, (context) => keys.works(context, derOf(context))), null) ?? false;

  const isKeyUsed = (key: KeyReference): boolean => [...stores, ...otherStores].some((name) => {
    const store = open(name, readOnly | existing);
    if (store === null) return false;
    let used = false;
    each(store, (context) => {
      const reference = keys.reference(context);
      used ||= reference !== null && sameKey(reference, key);
    });
    crypt32.closeStore(store, forceClose);
    return used;
  });

  const importWithKey = async (name: StoreName, certificate: Uint8Array, privateKey: Uint8Array): Promise<void> => {
    const password = randomBytes(32).toString("base64url");
    const pfx = Buffer.from(await writePfx({ certificates: [certificate], privateKey, friendlyName: null, password, strength: "legacy" }));
    const temporary = crypt32.importPfx({ cbData: pfx.length, pbData: pfx }, password, machineKeySet);
    if (temporary === null) throw failedBy("import the private key", "PFXImportCertStore", native.lastError());
    const imported = withContext(temporary, thumbprintOf(certificate), keys.reference);
    try {
      if (imported === null) throw failed("import the private key", "Windows took the certificate without it.");
      const added = withContext(temporary, thumbprintOf(certificate), (context) => {
        writing(name, (store) => {
          if (crypt32.addContext(store, context, replaceExisting, null) === 0) throw failedBy("add the certificate", "CertAddCertificateContextToStore", native.lastError());
        });
        return true;
      });
      if (added === null) throw failed("import the certificate", "Windows did not find it in its own import.");
      if (find(name, thumbprintOf(certificate))?.hasPrivateKey !== true) throw failed("import the certificate", "it is not there when read back.");
    } catch (thrown) {
      if (imported !== null && !isKeyUsed(imported)) keys.remove(imported);
      throw thrown;
    } finally {
      crypt32.closeStore(temporary, forceClose);
      pfx.fill(0);
    }
  };

  const importAlone = (name: StoreName, certificate: Uint8Array): void => {
    writing(name, (store) => {
      // Never in place of what is there: the reference to its key would be lost.
      if (crypt32.addEncoded(store, encoding, certificate, certificate.length, useExisting, null) === 0) throw failedBy("add the certificate", "CertAddEncodedCertificateToStore", native.lastError());
    });
    if (find(name, thumbprintOf(certificate)) === null) throw failed("import the certificate", "it is not there when read back.");
  };

  const remove = (name: StoreName, thumbprint: string): void => {
    if (find(name, thumbprint) === null) return;
    const key = reading(name, (store) => withContext(store, thumbprint, keys.reference), null);
    writing(name, (store) => {
      withContext(store, thumbprint, (context) => {
        if (crypt32.remove(crypt32.duplicate(context)) === 0) throw failedBy("remove the certificate", "CertDeleteCertificateFromStore", native.lastError());
      });
    });
    if (find(name, thumbprint) !== null) throw failed("remove the certificate", "it is still there when read back.");
    if (key === null || isKeyUsed(key)) return;
    const stays = keys.remove(key);
    if (stays !== null) throw failed("remove the private key", `the certificate is gone, its key stays: ${stays}.`);
  };

  const soon = <Value>(work: () => Value): Promise<Value> => Promise.resolve().then(work);

  return {
    list: (store) => soon(() => (store ? list(store) : stores.flatMap(list))),
    find: (store, thumbprint) => soon(() => find(store, thumbprint)),
    import: async (store, certificate, privateKey) => {
      belongTogether(certificate, privateKey);
      const thumbprint = thumbprintOf(certificate);
      const present = find(store, thumbprint);
      if (privateKey === null) {
        if (!present) importAlone(store, certificate);
        return;
      }
      // A reference to a key that does not work is put right.
      if (present?.hasPrivateKey === true && provesKey(store, thumbprint)) return;
      await importWithKey(store, certificate, privateKey);
    },
    remove: (store, thumbprint) => soon(() => remove(store, thumbprint)),
    // Windows' stores have no files of ours.
    tidy: () => Promise.resolve(),
    exportKey: () => Promise.resolve(null),
    provesKey: (store, thumbprint) => soon(() => provesKey(store, thumbprint)),
  };
}
