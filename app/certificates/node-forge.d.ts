// The two block ciphers of node-forge that Lockstep uses, module by module; the package's own types know only the whole of it.
declare module "node-forge/lib/rc2.js" {
  import type { ForgeDecipher } from "./legacy-cipher.ts";
  const rc2: {
    /** A cipher in CBC mode. `bits` is the number of effective key bits (RFC 2268, 2). */
    createDecryptionCipher(key: string, bits: number): ForgeDecipher;
  };
  export = rc2;
}

declare module "node-forge/lib/des.js" {
  import type { ForgeDecipher } from "./legacy-cipher.ts";
  const des: {
    createDecryptionCipher(key: string, mode: "CBC"): ForgeDecipher;
  };
  export = des;
}

declare module "node-forge/lib/util.js" {
  import type { ForgeBuffer } from "./legacy-cipher.ts";
  const util: {
    createBuffer(octets: string): ForgeBuffer;
  };
  export = util;
}
