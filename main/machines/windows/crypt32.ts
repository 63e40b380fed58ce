// The functions of crypt32.dll, advapi32.dll and ncrypt.dll that stores and keys need, declared once and typed.
import type { Native, Pointer } from "./native.ts";

interface Blob { readonly cbData: number; readonly pbData: Uint8Array }

/** Handles are pointers; certificate contexts are pointers to CERT_CONTEXT, counted by the library. */
export interface Crypt32 {
  readonly openStore: (provider: number, encoding: number, reserved: number, flags: number, name: string) => Pointer;
  readonly closeStore: (store: Pointer, flags: number) => number;
  readonly controlStore: (store: Pointer, flags: number, control: number, parameter: Pointer) => number;
  /** Frees the context before it. */
  readonly enumerate: (store: Pointer, before: Pointer) => Pointer;
  readonly find: (store: Pointer, encoding: number, flags: number, type: number, hash: Blob, before: Pointer) => Pointer;
  readonly duplicate: (context: Pointer) => Pointer;
  readonly free: (context: Pointer) => number;
  /** Frees the context, also when it fails. */
  readonly remove: (context: Pointer) => number;
  readonly property: (context: Pointer, property: number, data: Buffer | null, size: [number]) => number;
  readonly addEncoded: (store: Pointer, encoding: number, der: Uint8Array, length: number, disposition: number, added: Pointer) => number;
  readonly addContext: (store: Pointer, context: Pointer, disposition: number, added: Pointer) => number;
  readonly importPfx: (pfx: Blob, password: string, flags: number) => Pointer;
  readonly acquireKey: (context: Pointer, flags: number, parameters: Pointer, key: [Pointer], keySpecification: [number], mustFree: [number]) => number;
}

export interface KeyFunctions {
  readonly acquireContext: (provider: [Pointer], container: string | null, name: string | null, type: number, flags: number) => number;
  readonly releaseContext: (provider: Pointer, flags: number) => number;
  readonly createHash: (provider: Pointer, algorithm: number, key: Pointer, flags: number, hash: [Pointer]) => number;
  readonly hashData: (hash: Pointer, data: Uint8Array, length: number, flags: number) => number;
  readonly signHash: (hash: Pointer, keySpecification: number, description: string | null, flags: number, signature: Buffer | null, length: [number]) => number;
  readonly destroyHash: (hash: Pointer) => number;
  /** These five answer with a SECURITY_STATUS, zero for success. */
  readonly openProvider: (provider: [Pointer], name: string, flags: number) => number;
  readonly openKey: (provider: Pointer, key: [Pointer], name: string, legacyKeySpecification: number, flags: number) => number;
  readonly signHashNext: (key: Pointer, padding: Buffer | null, hash: Uint8Array, hashLength: number, signature: Buffer | null, length: number, needed: [number], flags: number) => number;
  readonly deleteKey: (key: Pointer, flags: number) => number;
  readonly freeObject: (object: Pointer) => number;
}

/** Source of the declarations: wincrypt.h. */
export function loadCrypt32(native: Native): Crypt32 {
  const library = native.load("crypt32.dll");
  const blob = native.pointerTo("CRYPTOAPI_BLOB");
  return {
    // The provider is a small number where a string is asked for.
    openStore: library.func("void * __stdcall CertOpenStore(uintptr_t provider, uint32_t encoding, uintptr_t reserved, uint32_t flags, str16 name)"),
    closeStore: library.func("int __stdcall CertCloseStore(void *store, uint32_t flags)"),
    controlStore: library.func("int __stdcall CertControlStore(void *store, uint32_t flags, uint32_t control, void *parameter)"),
    enumerate: library.func("void * __stdcall CertEnumCertificatesInStore(void *store, void *before)"),
    find: library.func("__stdcall", "CertFindCertificateInStore", "void *", ["void *", "uint32_t", "uint32_t", "uint32_t", blob, "void *"]),
    duplicate: library.func("void * __stdcall CertDuplicateCertificateContext(void *context)"),
    free: library.func("int __stdcall CertFreeCertificateContext(void *context)"),
    remove: library.func("int __stdcall CertDeleteCertificateFromStore(void *context)"),
    property: library.func("int __stdcall CertGetCertificateContextProperty(void *context, uint32_t property, void *data, _Inout_ uint32_t *size)"),
    addEncoded: library.func("int __stdcall CertAddEncodedCertificateToStore(void *store, uint32_t encoding, void *der, uint32_t length, uint32_t disposition, void *added)"),
    addContext: library.func("int __stdcall CertAddCertificateContextToStore(void *store, void *context, uint32_t disposition, void *added)"),
    importPfx: library.func("__stdcall", "PFXImportCertStore", "void *", [blob, "str16", "uint32_t"]),
    acquireKey: library.func("int __stdcall CryptAcquireCertificatePrivateKey(void *context, uint32_t flags, void *parameters, _Out_ void **key, _Out_ uint32_t *keySpecification, _Out_ int *mustFree)"),
  };
}

/** Source of the declarations: wincrypt.h, ncrypt.h. */
export function loadKeyFunctions(native: Native): KeyFunctions {
  const classic = native.load("advapi32.dll");
  const next = native.load("ncrypt.dll");
  return {
    acquireContext: classic.func("int __stdcall CryptAcquireContextW(_Out_ void **provider, str16 container, str16 name, uint32_t type, uint32_t flags)"),
    releaseContext: classic.func("int __stdcall CryptReleaseContext(void *provider, uint32_t flags)"),
    createHash: classic.func("int __stdcall CryptCreateHash(void *provider, uint32_t algorithm, void *key, uint32_t flags, _Out_ void **hash)"),
    hashData: classic.func("int __stdcall CryptHashData(void *hash, void *data, uint32_t length, uint32_t flags)"),
    signHash: classic.func("int __stdcall CryptSignHashW(void *hash, uint32_t keySpecification, str16 description, uint32_t flags, void *signature, _Inout_ uint32_t *length)"),
    destroyHash: classic.func("int __stdcall CryptDestroyHash(void *hash)"),
    openProvider: next.func("int32_t __stdcall NCryptOpenStorageProvider(_Out_ void **provider, str16 name, uint32_t flags)"),
    openKey: next.func("int32_t __stdcall NCryptOpenKey(void *provider, _Out_ void **key, str16 name, uint32_t legacyKeySpecification, uint32_t flags)"),
    signHashNext: next.func("int32_t __stdcall NCryptSignHash(void *key, void *padding, void *hash, uint32_t hashLength, void *signature, uint32_t length, _Out_ uint32_t *needed, uint32_t flags)"),
    deleteKey: next.func("int32_t __stdcall NCryptDeleteKey(void *key, uint32_t flags)"),
    freeObject: next.func("int32_t __stdcall NCryptFreeObject(void *object)"),
  };
}
