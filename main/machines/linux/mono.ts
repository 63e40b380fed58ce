// Mono on this machine: what its HttpListener presents on a port, for each user, and the pair handed over to who binds it.
// Sources: EndPointListener.LoadCertificateAndKey in mono's System/System.Net, mcs/tools/security/httpcfg.cs, and runs of 6.8.
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { keyForMono } from "../../../app/certificates/mono-key.ts";
import { pemBlock } from "../../../app/certificates/pem-block.ts";
import { privateKeyOf, privateKeyType, toPkcs8 } from "../../../app/certificates/private-key.ts";
import { readCertificate } from "../../../app/certificates/x509.ts";
import { problem } from "../../../app/errors.ts";
import type { CertificateStore, Mono, MonoUser } from "../../../app/machine.ts";
import { fileNameOf, folderOf } from "../../../app/path.ts";
import { nodeFiles } from "../../storage/file.ts";
import { makeOwnFolder, OthersFolder, ownId, removeEmptyFolder, type Owner } from "../../storage/others-folder.ts";
import type { Call } from "./call.ts";

/** A user as the system knows it. */
export interface UserAccount extends Owner { readonly name: string; readonly home: string }

export interface MonoOptions {
  /** Path of the program that binds. Debian has it in /usr/bin, of the package mono-devel. */
  readonly httpcfg: string;
  /** Runs openssl: it writes keys in the form that Mono reads, and reads them back. */
  readonly openssl: Call;
  readonly certificates: Pick<CertificateStore, "find" | "exportKey">;
  /** The user of a name or number; null where there is none. */
  readonly account: (name: string) => Promise<UserAccount | null>;
  /** Folder in which pairs are handed over: this process's own, through which all may pass. Made where it is not there. */
  readonly folder: string;
  /** Stands in for the ~/.config of every user; null or left out where each has its own. */
  readonly configuration?: string | null;
}

/** Bytes of a certificate or key that are read. */
const materialLimit = 64 * 1024;
const [leafName, keyName] = ["leaf.cer", "key.pvk"];
const pair = (port: number): readonly [certificate: string, key: string] => [`${port}.cer`, `${port}.pvk`];

/** Where Mono keeps the pairs of a user. Source: Environment.SpecialFolder.ApplicationData of Mono, after the XDG Base Directory Specification. */
function listenerFolder({ environment }: MonoUser, { home }: UserAccount): string {
  const value = (name: string): string => environment.findLast(([each]) => each === name)?.[1] ?? "";
  const applicationData = value("XDG_CONFIG_HOME") || join(value("HOME") || home, ".config");
  return join(applicationData, ".mono/httplistener");
}

function certificateOf(content: Uint8Array | null): Uint8Array | null {
  try {
    return content && new Uint8Array(new X509Certificate(content).raw);
  } catch {
    return null;
  }
}

export function openMono({ httpcfg, openssl, certificates, account, folder, configuration = null }: MonoOptions): Mono {
  const accountOf = async (name: string): Promise<UserAccount> => {
    const found = await account(name);
    if (!found) throw problem("account-unknown", { account: name });
    return found;
  };
  const handOverFolder = ({ name }: MonoUser, port: number): string => join(folder, `${name}-${port}`);

  /** The key as Mono reads it: Microsoft's PVK, without a password. Throws key-unsuitable. */
  const toPvk = async (pkcs8: Uint8Array, subject: string): Promise<Uint8Array> => {
    const { exitCode, output, errors } = await openssl(["rsa", "-outform", "PVK", "-pvk-none"], new TextEncoder().encode(pemBlock("PRIVATE KEY", pkcs8)));
    if (exitCode === 0 && output.length > 0) return output;
    throw problem("key-unsuitable", { subject, reason: "openssl cannot write it in the form that Mono reads", remedy: "See what openssl says, below." }, { evidence: { command: ["openssl", "rsa", "-outform", "PVK", "-pvk-none"], output: errors } });
  };
  /** Clear PKCS#8; null for what is no key, or has a password. */
  const fromPvk = async (pvk: Uint8Array): Promise<Uint8Array | null> => {
    const { exitCode, output } = await openssl(["rsa", "-inform", "PVK", "-outform", "DER"], pvk);
    try {
      return exitCode === 0 ? toPkcs8(output) : null;
    } catch {
      return null;
    } finally {
      output.fill(0);
    }
  };

  const takeBack: Mono["takeBack"] = async (user, port) => {
    const path = handOverFolder(user, port);
    const owners = [(await accountOf(user.name)).uid, ownId()];
    const held = await OthersFolder.open(path, "refused");
    if (!held) return;
    try {
      if (!owners.includes(held.owner)) throw problem("file-unwritable", { file: path, reason: "it belongs to another user" });
      // From here on the user changes nothing in it any more.
      await held.give(null, 0o700);
      await held.erase(keyName, owners);
      await held.erase(leafName, owners);
    } finally {
      await held.close();
    }
    await removeEmptyFolder(path);
  };

  return {
    async user({ account: stored, applicationData = null }) {
      const { name, home } = await accountOf(stored);
      const kept = configuration ?? applicationData;
      if (kept === null) return { name, environment: [["HOME", home]] };
      return fileNameOf(kept) === ".config" ? { name, environment: [["HOME", folderOf(kept) || "/"]] } : { name, environment: [["HOME", home], ["XDG_CONFIG_HOME", kept]] };
    },

    async program() {
      if (!await nodeFiles.stat(httpcfg).catch(() => null)) throw problem("not-found", { what: "program of Mono's tools (on Debian: mono-devel)", name: httpcfg });
      return httpcfg;
    },

    async bound(user, port) {
      const own = await accountOf(user.name);
      const owners = [own.uid, 0, ownId()];
      const unreadable = { certificate: null, privateKey: null };
      const held = await OthersFolder.open(listenerFolder(user, own), "followed").catch(() => unreadable);
      if (held === null || !(held instanceof OthersFolder)) return held;
      try {
        if (!owners.includes(held.owner)) return unreadable;
        const [certificateName, privateName] = pair(port);
        if (!await held.has(certificateName) && !await held.has(privateName)) return null;
        const pvk = await held.read(privateName, materialLimit, owners);
        const privateKey = pvk && await fromPvk(pvk);
        pvk?.fill(0);
        return { certificate: certificateOf(await held.read(certificateName, materialLimit, owners)), privateKey };
      } finally {
        await held.close();
      }
    },

    handOverFolder,

    async handOver(user, port, thumbprint) {
      const owner = await accountOf(user.name);
      const found = await certificates.find("My", thumbprint);
      if (!found) throw problem("not-found", { what: "certificate in the machine's Personal store", name: thumbprint });
      const { subject } = readCertificate(found.der);
      const privateKey = await certificates.exportKey("My", thumbprint);
      if (!privateKey) throw problem("private-key-missing", { file: "The machine's Personal store", subject });
      let pvk: Uint8Array | null = null;
      try {
        if (!privateKeyType(privateKey).startsWith("rsa:")) throw problem("key-unsuitable", { subject, reason: "Mono takes RSA keys only", remedy: "Have the certificate issued again with an RSA key, or publish it through NGINX." });
        // Mono takes a pair that does not match without a word, and then no handshake comes about.
        if (!new X509Certificate(found.der).checkPrivateKey(privateKeyOf(privateKey))) throw problem("private-key-mismatch", { file: "the machine's Personal store", subject });
        pvk = await toPvk(keyForMono(privateKey) ?? privateKey, subject);
        await takeBack(user, port);
        const path = handOverFolder(user, port);
        await makeOwnFolder(path);
        const held = await OthersFolder.open(path, "refused");
        if (!held) throw problem("file-not-found", { file: path });
        try {
          await held.create(leafName, found.der, owner);
          await held.create(keyName, pvk, owner);
          await held.give(owner, 0o700);
        } finally {
          await held.close();
        }
      } catch (thrown) {
        // Whatever lies there by now; why it failed is told either way.
        await takeBack(user, port).catch(() => undefined);
        throw thrown;
      } finally {
        pvk?.fill(0);
      }
    },

    takeBack,

    async tidy(user, port) {
      const own = await accountOf(user.name);
      const held = await OthersFolder.open(listenerFolder(user, own), "followed");
      if (!held) return;
      try {
        // Led elsewhere by a link, or made by somebody else: the user's own programs cannot have written there.
        if (held.owner !== own.uid) return;
        const names = pair(port);
        const [hasCertificate, hasKey] = [await held.has(names[0]), await held.has(names[1])];
        if (hasCertificate && hasKey) for (const name of names) await held.restrict(name, own.uid);
        else for (const name of names) await held.erase(name, [own.uid]);
        await held.sync();
      } finally {
        await held.close();
      }
    },
  };
}
