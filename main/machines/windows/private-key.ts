// Private keys as Windows keeps them: which container a certificate refers to, whether its key works, and its removal.
import { createHash, createPublicKey, randomBytes, verify, X509Certificate, type KeyObject } from "node:crypto";
import type { Crypt32, KeyFunctions } from "./crypt32.ts";
import { nativeReason, type Native, type Pointer } from "./native.ts";

/** CERT_KEY_PROV_INFO_PROP_ID. */
const keyProviderProperty = 2;
/** Flags of CryptAcquireCertificatePrivateKey: a CNG handle where there can be one, never a window that asks, no cached handle. */
const acquireFlags = 0x20000 | 0x40;
/** The key specification that says "a CNG handle". */
const nextGeneration = 0xffff_ffff;
const machineKeys = 0x20;
const silent = 0x40;
const deleteKeys = 0x10;
/** Padding of a signature by NCryptSignHash. */
const paddingPkcs1 = 2;
/** CALG_SHA1, the one hash that every provider of the older interface knows. */
const sha1 = 0x8004;
const keyMissing: ReadonlySet<number> = new Set([0x8009_0016, 0x8009_000d, 0x8009_0011, 2]);

/** What a certificate in a store says of its private key. */
export interface KeyReference {
  readonly container: string;
  readonly provider: string;
  /** Zero for a provider of CNG. */
  readonly providerType: number;
  readonly flags: number;
}

/** Whether two certificates refer to one key. */
export const sameKey = (one: KeyReference, other: KeyReference): boolean =>
  one.container.toLowerCase() === other.container.toLowerCase() && one.provider.toLowerCase() === other.provider.toLowerCase()
  && (one.flags & machineKeys) === (other.flags & machineKeys);

export interface PrivateKeys {
  /** What a certificate refers to; null where it refers to none. */
  readonly reference: (context: Pointer) => KeyReference | null;
  readonly works: (context: Pointer, der: Uint8Array) => boolean;
  /** Null for success, also where the key is gone already; else why it stays, as the end of a sentence. */
  readonly remove: (key: KeyReference) => string | null;
}

/** The keys that certificate contexts refer to. No method throws. */
export function openPrivateKeys(native: Native, crypt32: Crypt32, keys: KeyFunctions): PrivateKeys {
  const reference = (context: Pointer): KeyReference | null => {
    const size: [number] = [0];
    if (crypt32.property(context, keyProviderProperty, null, size) === 0 || size[0] === 0) return null;
    const found = native.allocate(size[0]);
    if (crypt32.property(context, keyProviderProperty, found.bytes, size) === 0) return null;
    const record = found.memory().struct("CRYPT_KEY_PROV_INFO", 0);
    return {
      container: record.text("pwszContainerName") ?? "", provider: record.text("pwszProvName") ?? "",
      providerType: record.uint32("dwProvType"), flags: record.uint32("dwFlags"),
    };
  };

  /** A signature by CNG, over SHA-256. */
  const provesNext = (key: Pointer, publicKey: KeyObject): boolean => {
    const message = randomBytes(32);
    const digest = createHash("sha256").update(message).digest();
    const isRsa = publicKey.asymmetricKeyType === "rsa";
    const name = native.allocate(16);
    name.bytes.write("SHA256\0", "utf16le");
    const padding = native.allocate(8);
    padding.bytes.writeBigUInt64LE(name.address);
    const sign = (signature: Buffer | null, needed: [number]): number =>
      keys.signHashNext(key, isRsa ? padding.bytes : null, digest, digest.length, signature, signature?.length ?? 0, needed, (isRsa ? paddingPkcs1 : 0) | silent);
    const needed: [number] = [0];
    if (sign(null, needed) !== 0) return false;
    const signature = Buffer.alloc(needed[0]);
    // The name is used here too, so that it lives until the call is over.
    if (sign(signature, needed) !== 0 || name.bytes.length === 0) return false;
    return verify("sha256", message, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature.subarray(0, needed[0]));
  };

  /** A signature by the older interface, which writes it the other way round. */
  const provesClassic = (provider: Pointer, keySpecification: number, publicKey: KeyObject): boolean => {
    if (publicKey.asymmetricKeyType !== "rsa") return false;
    const message = randomBytes(32);
    const hash: [Pointer] = [null];
    if (keys.createHash(provider, sha1, null, 0, hash) === 0) return false;
    try {
      const length: [number] = [0];
      if (keys.hashData(hash[0], message, message.length, 0) === 0) return false;
      if (keys.signHash(hash[0], keySpecification, null, 0, null, length) === 0) return false;
      const signature = Buffer.alloc(length[0]);
      if (keys.signHash(hash[0], keySpecification, null, 0, signature, length) === 0) return false;
      return verify("sha1", message, publicKey, signature.subarray(0, length[0]).reverse());
    } finally {
      keys.destroyHash(hash[0]);
    }
  };

  const works = (context: Pointer, der: Uint8Array): boolean => {
    const key: [Pointer] = [null];
    const keySpecification: [number] = [0];
    const mustFree: [number] = [0];
    if (crypt32.acquireKey(context, acquireFlags, null, key, keySpecification, mustFree) === 0) return false;
    const isNext = keySpecification[0] === nextGeneration;
    try {
      const publicKey = createPublicKey(new X509Certificate(der).publicKey.export({ type: "spki", format: "pem" }));
      return isNext ? provesNext(key[0], publicKey) : provesClassic(key[0], keySpecification[0], publicKey);
    } catch {
      return false;
    } finally {
      if (mustFree[0] !== 0) {
        if (isNext) keys.freeObject(key[0]);
        else keys.releaseContext(key[0], 0);
      }
    }
  };

  const outcome = (status: number): string | null => (status === 0 || keyMissing.has(status >>> 0) ? null : nativeReason(status));

  const removeNext = (key: KeyReference): string | null => {
    const provider: [Pointer] = [null];
    const opened = keys.openProvider(provider, key.provider, 0);
    if (opened !== 0) return outcome(opened);
    try {
      const handle: [Pointer] = [null];
      const found = keys.openKey(provider[0], handle, key.container, 0, (key.flags & machineKeys) | silent);
      if (found !== 0) return outcome(found);
      const deleted = keys.deleteKey(handle[0], silent);
      // A key that was deleted took its handle with it.
      if (deleted !== 0) keys.freeObject(handle[0]);
      return outcome(deleted);
    } finally {
      keys.freeObject(provider[0]);
    }
  };

  return {
    reference,
    works,
    remove: (key) => {
      if (key.providerType === 0) return removeNext(key);
      const nothing: [Pointer] = [null];
      const deleted = keys.acquireContext(nothing, key.container, key.provider, key.providerType, deleteKeys | (key.flags & machineKeys) | silent);
      return deleted === 0 ? outcome(native.lastError()) : null;
    },
  };
}
