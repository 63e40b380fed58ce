// The console's answers about key users.
import { generateKeyPair } from "node:crypto";
import { decodeBase64 } from "./base64.ts";
import { sealKey } from "./certificates/key-encryption.ts";
import { pemBlock } from "./certificates/pem-block.ts";
import type { AddKeyUser, GenerateKeyUser, UploadedFile } from "./contract.ts";
import type { AddedKeyUser, GeneratedKeyUser, KeyUser } from "./cws/cws-view.ts";
import { activeUser, holderOf, keyUsersOf, registered, requireAddable, requireUnknown } from "./cws/key-user.ts";
import type { KeyUserEntry, KeyUserJournal, PrivateKeyFiles } from "./cws/key-user-journal.ts";
import { fileStem } from "./cws/key-user-name.ts";
import { keyUserNote } from "./cws/key-user-note.ts";
import { requireStrength, weaknessesOf, weaknessFindings } from "./cws/key-weakness.ts";
import { readPublicKey, requirePem, type PublicKey } from "./cws/public-key.ts";
import { asLockstepError, LockstepError } from "./errors.ts";
import type { Finding } from "./finding.ts";
import type { Implementation } from "./host.ts";
import type { Clock } from "./machine.ts";

export interface KeyUserParts {
  readonly keyUsers: KeyUserJournal;
  readonly privateKeyFiles: PrivateKeyFiles;
  readonly clock: Clock;
  /** Account name of the person at the keyboard. */
  readonly by: string;
}

export function keyUserAnswers({ keyUsers, privateKeyFiles, clock, by }: KeyUserParts): Implementation["keyUser"] {
  const all = async () => keyUsersOf(await keyUsers.entries());
  const stamp = () => ({ at: clock.now().toISOString(), by });

  /** Adds one under the journal's lock, where all that could speak against it is asked again. */
  async function addUser(name: string, key: PublicKey, replaces: string | undefined): Promise<KeyUser> {
    const entries = await keyUsers.append((present) => {
      const users = keyUsersOf(present);
      requireAddable(users, name, replaces);
      requireUnknown(users, key);
      return { type: "added", ...stamp(), name, publicKey: key.pem, replaces: replaces ?? null } satisfies KeyUserEntry;
    });
    return activeUser(keyUsersOf(entries), name).user;
  }

  async function add({ name, key: file, convert = false, allowWeak = false, replaces }: AddKeyUser): Promise<AddedKeyUser> {
    requireAddable(await all(), name, replaces);
    const key = readPublicKey(keyFileOf(file), convert);
    if (!convert) requirePem(key, file.name);
    const weaknesses = weaknessesOf(key);
    requireStrength(weaknesses, file.name, allowWeak);
    const user = await addUser(name, key, replaces);
    return { user, changes: [...key.changes], findings: [...weaknessFindings(weaknesses, allowWeak)] };
  }

  async function generate({ name, keyBits, privateKeyFile, password, replaces }: GenerateKeyUser): Promise<GeneratedKeyUser> {
    await privateKeyFiles.requireAbsent(privateKeyFile);
    requireAddable(await all(), name, replaces);
    const { key, privateKey } = await newPair(keyBits);
    const encrypted = password !== undefined && password !== "";
    const text = await privatePem(privateKey, encrypted ? password : null).finally(() => privateKey.fill(0));
    await privateKeyFiles.create(privateKeyFile, text).finally(() => text.fill(0));
    const user = await addUser(name, key, replaces).catch((thrown: unknown) => {
      throw keptKey(asLockstepError(thrown), privateKeyFile);
    });
    return { user, changes: [], findings: [...weaknessFindings(weaknessesOf(key), false)], privateKeyFile, encrypted };
  }

  return {
    list: async () => (await all()).map(({ user }) => user),
    examine: async ({ key: file, convert = false }) => {
      const key = readPublicKey(keyFileOf(file), convert);
      const holder = holderOf(await all(), key);
      return {
        form: key.form, publicKey: key.pem, keyBits: key.bits, exponent: key.exponent.toString(), fingerprint: key.fingerprint, changes: [...key.changes],
        findings: [...weaknessFindings(weaknessesOf(key), false), ...holder ? [knownKey(holder)] : []],
      };
    },
    add,
    retire: async ({ name }) => {
      const entries = await keyUsers.append((present) => {
        activeUser(keyUsersOf(present), name);
        return { type: "retired", ...stamp(), name };
      });
      return registered(keyUsersOf(entries), name).user;
    },
    export: async ({ name }) => {
      const { user } = registered(await all(), name);
      const fileName = `${fileStem(name)}.public.pem`;
      return { user, fileName, publicKey: user.publicKey, note: keyUserNote(user, fileName) };
    },
    suggestFile: async ({ name }) => ({ path: await privateKeyFiles.suggest(name) }),
    generate,
  };
}

const keyFileOf = ({ name, content }: UploadedFile) => ({ name, content: decodeBase64(content) });

const knownKey = ({ name, state }: KeyUser): Finding => ({
  code: "key-known", severity: "error", message: `This key is that of the ${state} key user ${name} already.`,
  hint: "A key belongs to one user, and is never used again once retired.",
});

/** A pair that is made off this thread, which takes seconds for 4096 bits. The private half is PKCS #8 in DER, to be zeroed after use. */
function newPair(keyBits: GenerateKeyUser["keyBits"]): Promise<{ readonly key: PublicKey; readonly privateKey: Uint8Array }> {
  return new Promise((resolve, reject) => {
    generateKeyPair("rsa", {
      modulusLength: keyBits, publicExponent: 65537, publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "der" },
    }, (error, publicKey, privateKey) => {
      if (error) reject(error);
      else resolve({ key: readPublicKey({ name: "The new key", content: new TextEncoder().encode(publicKey) }), privateKey });
    });
  });
}

/** The octets of the file for a private key, to be zeroed after use. */
async function privatePem(pkcs8: Uint8Array, password: string | null): Promise<Uint8Array> {
  return new TextEncoder().encode(password === null ? pemBlock("PRIVATE KEY", pkcs8) : (await sealKey(pkcs8, password)).pem);
}

/** What failed after the private key was written: it is kept, and how to go on with it is said. */
function keptKey(error: LockstepError, file: string): LockstepError {
  const hint = `${error.hint} The new private key lies in ${file} and was kept. To go on with it, add its public half, which \`openssl rsa -in ${file} -pubout\` prints; to begin anew, delete it.`;
  return new LockstepError(error.code, error.message, hint, { cause: error.cause, evidence: error.evidence, aftermath: error.aftermath });
}
