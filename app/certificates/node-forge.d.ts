// The two block ciphers of node-forge that Lockstep uses, module by module; the package's own types know only the whole of it.
declare module "node-forge/lib/rc2.js" {
  const rc2: {
    /** A cipher in CBC mode. `bits` is the number of effective key bits (RFC 2268, 2). */
    createDecryptionCipher(key: string, bits: number): {
      readonly output: { getBytes(): string };
      start(iv: string): void;
      update(input: { readonly data: string }): void;
      finish(pad: () => boolean): boolean;
    };
  };
  export = rc2;
}

declare module "node-forge/lib/des.js" {
  const des: {
    createDecryptionCipher(key: string, mode: "CBC"): {
      readonly output: { getBytes(): string };
      start(iv: string): void;
      update(input: { readonly data: string }): void;
      finish(pad: () => boolean): boolean;
    };
  };
  export = des;
}

declare module "node-forge/lib/util.js" {
  const util: {
    createBuffer(octets: string): { readonly data: string };
  };
  export = util;
}
