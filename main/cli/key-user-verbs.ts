// The verbs about key users of CorEMR's web services: their public keys, and how a key is replaced.
import { join, resolve } from "node:path";
import { problem } from "../../app/errors.ts";
import type { GenerateKeyUser } from "../../app/contract.ts";
import type { ExaminedKey, KeyUser } from "../../app/cws/cws-view.ts";
import { fingerprintStart, groupedLines } from "../../app/cws/fingerprint.ts";
import { fileStem, nameProblem } from "../../app/cws/key-user-name.ts";
import { rotationGuide, type RotationGuide } from "../../app/cws/rotation-guide.ts";
import { quoteCommand } from "../../app/plan/quote.ts";
import { createFile, makeFolder, nodeFiles } from "../storage/file.ts";
import { needed, uploadOrInput } from "./certificate-files.ts";
import type { Options } from "./options.ts";
import { readPassword } from "./password.ts";
import { findingLines, printable, table, type Paint } from "./print.ts";
import { operand, type Answer, type Context, type Verb } from "./verb.ts";

const day = (time: string): string => time.slice(0, 10);

const listText = (users: readonly KeyUser[], paint: Paint): string =>
  table(["NAME", "STATE", "KEY", "FINGERPRINT BEGINS", "ADDED", "RETIRED"],
    users.map(({ name, state, keyBits, fingerprint, added, retired }) => [name, state, `${keyBits} bits`, fingerprintStart(fingerprint), day(added), retired === null ? "" : day(retired)]),
    "There is no key user yet. `lockstep key-user generate NAME --out-dir DIR` makes a pair for one.", paint);

const fingerprintText = (fingerprint: string): string => groupedLines(fingerprint).map((line, index) => `${index === 0 ? "Fingerprint  " : "             "}${line}\n`).join("");

function userText(user: KeyUser, paint: Paint): string {
  const { name, state, keyBits, fingerprint, added, retired, by, replaces, publicKey } = user;
  return [
    `${paint("bold", printable(name))}, ${state}\n`,
    `Key          RSA, ${keyBits} bits\n`,
    fingerprintText(fingerprint),
    `Added        ${day(added)} by ${printable(by)}\n`,
    retired === null ? "" : `Retired      ${day(retired)}; this key is never taken again\n`,
    replaces === null ? "" : `Takes over   from ${printable(replaces)}\n`,
    `\n${publicKey}`,
  ].join("");
}

const changeLines = (changes: readonly string[], paint: Paint): string => changes.map((change) => `${paint("blue", "i")} ${printable(change)}\n`).join("");

const formTexts: Readonly<Record<ExaminedKey["form"], string>> = {
  "pem": "a public key in PEM, as CorEMR takes it", "pkcs1": "a public key in PKCS #1", "openssh": "a public key for OpenSSH", "ssh2": "a public key in SSH2", "certificate": "a certificate",
  "certificate-request": "a certificate request", "jwk": "a JSON Web Key", "xml": "a public key in XML", "der": "a public key in DER", "base64": "a public key in base64 without its BEGIN and END lines",
  "private-key": "a private key, of which the public half was taken",
};

function examinedText({ form, keyBits, exponent, fingerprint, changes, findings, publicKey }: ExaminedKey, file: string, paint: Paint): string {
  return [
    `${printable(file)} is ${formTexts[form]}.\n`,
    `Key          RSA, ${keyBits} bits, exponent ${exponent}\n`,
    fingerprintText(fingerprint),
    changeLines(changes, paint),
    findingLines(findings, paint),
    findings.some(({ severity }) => severity === "error") ? "" : `\nWhat CorEMR would be given${form === "pem" ? "" : ", once converted with --convert"}:\n\n${publicKey}`,
  ].join("");
}

function guideText({ name, newName, steps }: RotationGuide, paint: Paint): string {
  return `${paint("bold", `A new key for ${printable(name)}, as ${printable(newName)}, without a gap`)}\n\n${
    steps.map(({ title, text, command }, index) => `${index + 1}. ${paint("bold", title)}\n   ${printable(text)}\n${command ? `   ${paint("cyan", printable(quoteCommand(command)))}\n` : ""}`).join("\n")}`;
}

const kinds: Readonly<Record<string, GenerateKeyUser["keyBits"]>> = { "rsa:2048": 2048, "rsa:3072": 3072, "rsa:4096": 4096 };

/** Bits of `--key rsa:BITS`, 4096 where it is left out. Throws usage. */
function keyBitsOf({ key = ["rsa:4096"] }: Options): GenerateKeyUser["keyBits"] {
  const bits = key.length === 1 ? kinds[key[0] ?? ""] : undefined;
  if (bits === undefined) throw problem("usage", { problem: `--key takes one of ${Object.keys(kinds).join(", ")}, not ${key.join(", ").slice(0, 100)}.` });
  return bits;
}

const replacing = ({ replaces }: Options) => (replaces === undefined ? {} : { replaces });

/** What is still to do once somebody was added: CorEMR knows nothing of it yet. */
const sendText = (name: string, replaces: string | null): string => [
  "CorEMR does not know it yet. For its staff, with a note:\n",
  `  ${quoteCommand(["lockstep", "key-user", "export", name, "--out", `${fileStem(name)}.public.pem`])}\n`,
  replaces === null ? "" : `How to switch over from ${printable(replaces)}: ${quoteCommand(["lockstep", "key-user", "guide", replaces])}\n`,
].join("");

/** What --plan asks for would have to be the act itself. Throws usage. */
function refusePlan({ plan }: Options, verb: string): void {
  if (plan === true) throw problem("usage", { problem: `\`${verb}\` has no --plan. \`key-user examine FILE\` says what a key is, and changes nothing.` });
}

async function addUser(name: string, { host, options }: Context): Promise<Answer> {
  refusePlan(options, "key-user add");
  const file = needed(options, "public-key", "key-user add");
  const value = await host.keyUser.add({
    name, key: await uploadOrInput(file, "--public-key"), ...replacing(options),
    ...(options.convert === true && { convert: true }), ...(options["allow-weak"] === true && { allowWeak: true }),
  });
  const { user, changes, findings } = value;
  return {
    value,
    text: (paint) => [
      `${paint("green", "✓")} Added the key user ${printable(user.name)}, RSA, ${user.keyBits} bits.\n`, fingerprintText(user.fingerprint),
      changeLines(changes, paint), findingLines(findings, paint), sendText(user.name, user.replaces),
    ].join(""),
  };
}

async function generateUser(name: string, { host, options }: Context): Promise<Answer> {
  refusePlan(options, "key-user generate");
  const folder = resolve(needed(options, "out-dir", "key-user generate"));
  const keyBits = keyBitsOf(options);
  const wrong = nameProblem(name);
  if (wrong !== null) throw problem("key-user-name", { problem: wrong });
  const publicKeyFile = join(folder, `${fileStem(name)}.public.pem`);
  if ((await nodeFiles.stat(publicKeyFile)) !== null) throw problem("file-exists", { file: publicKeyFile });
  const password = await readPassword(options);
  await makeFolder(folder);
  const value = await host.keyUser.generate({
    name, keyBits, privateKeyFile: join(folder, `${fileStem(name)}.private.pem`), ...replacing(options), ...(password !== undefined && { password }),
  });
  const { user, findings, privateKeyFile, encrypted } = value;
  // The user is there, whatever becomes of this copy of its public half.
  const written = await createFile(publicKeyFile, Buffer.from(user.publicKey), 0o644).then(() => true, () => false);
  const { note } = await host.keyUser.export({ name });
  return {
    value: { ...value, publicKeyFile: written ? publicKeyFile : null },
    text: (paint) => [
      `${paint("green", "✓")} Made a pair of ${keyBits} bits and added the key user ${printable(user.name)}.\n`,
      `  ${printable(privateKeyFile)}  the private key, ${encrypted ? "encrypted with your password" : "not encrypted"}, for you alone to read. It is the only copy.\n`,
      written ? `  ${printable(publicKeyFile)}  the public key, for CorEMR's staff\n` : `${paint("yellow", "!")} ${printable(publicKeyFile)} could not be written.\n`,
      fingerprintText(user.fingerprint), findingLines(findings, paint),
      `CorEMR does not know it yet. Send its staff the public key with this note:\n\n${printable(note)}`,
    ].join(""),
  };
}

async function retireUser(name: string, { host, options, confirm }: Context): Promise<Answer> {
  const user = await activeUser(name, host);
  if (options.plan === true) {
    return { value: { outcome: "planned", user }, text: () => `Would retire ${printable(name)}. Its name may be given again, its key never.\n` };
  }
  if (options.yes !== true && !(await confirm(`Retire ${name}? Whoever signs with its key is no longer known here, and the key is never taken again.`))) throw problem("plan-cancelled", {});
  const value = await host.keyUser.retire({ name });
  return {
    value,
    text: (paint) => `${paint("green", "✓")} Retired ${printable(name)}. Its name may be given again, its key never.\nCorEMR still takes it: ask CorEMR's staff to take ${printable(name)} off their list, and delete its private key wherever it lies.\n`,
  };
}

/** Throws not-found. */
async function activeUser(name: string, host: Context["host"]): Promise<KeyUser> {
  const found = (await host.keyUser.list({})).find((user) => user.name === name && user.state === "active");
  if (!found) throw problem("not-found", { what: "active key user", name: name.slice(0, 64) });
  return found;
}

async function exportUser(name: string, { host, options: { out } }: Context): Promise<Answer> {
  const value = await host.keyUser.export({ name });
  if (out === undefined) return { value, text: () => value.publicKey };
  await createFile(out, Buffer.from(value.publicKey), 0o644);
  return { value: { ...value, file: out }, text: (paint) => `${paint("green", "✓")} Wrote ${printable(out)}. The note that goes with it:\n\n${printable(value.note.replaceAll(value.fileName, fileNameOf(out)))}` };
}

const fileNameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

export const keyUserVerbs: Readonly<Record<string, Verb>> = {
  "key-user add": {
    operands: ["NAME"], options: ["public-key", "convert", "allow-weak", "replaces"], needsNoMachine: true,
    summary: "register a public key under a name; a key cannot be changed once added",
    run: (operands, context) => addUser(operand(operands, 0), context),
  },
  "key-user list": {
    operands: [], options: [], needsNoMachine: true,
    summary: "the key users, active and retired",
    run: async (_, { host }) => {
      const value = await host.keyUser.list({});
      return { value, text: (paint) => listText(value, paint) };
    },
  },
  "key-user show": {
    operands: ["NAME"], options: [], needsNoMachine: true,
    summary: "one key user: its state, its fingerprint, its public key",
    run: async (operands, { host }) => {
      const { user } = await host.keyUser.export({ name: operand(operands, 0) });
      return { value: user, text: (paint) => userText(user, paint) };
    },
  },
  "key-user retire": {
    operands: ["NAME"], options: [], plans: true, needsNoMachine: true,
    summary: "retire a key user; its name may be given again, its key never",
    run: (operands, context) => retireUser(operand(operands, 0), context),
  },
  "key-user export": {
    operands: ["NAME"], options: ["out"], needsNoMachine: true,
    summary: "the public key in PEM, and with --out a note to CorEMR's staff",
    run: (operands, context) => exportUser(operand(operands, 0), context),
  },
  "key-user generate": {
    operands: ["NAME"], options: ["out-dir", "key", "password-file", "password-stdin", "replaces"], needsNoMachine: true,
    summary: "make a pair and add its user (--key rsa:2048|rsa:3072|rsa:4096, left out rsa:4096)",
    run: (operands, context) => generateUser(operand(operands, 0), context),
  },
  "key-user examine": {
    operands: ["FILE"], options: ["convert"], needsNoMachine: true,
    summary: "say what a file is for a public key, and what CorEMR would be given (`-` reads standard input)",
    run: async (operands, { host, options }) => {
      const file = await uploadOrInput(operand(operands, 0), "`key-user examine`");
      const value = await host.keyUser.examine({ key: file, ...(options.convert === true && { convert: true }) });
      return { value, text: (paint) => examinedText(value, file.name, paint), exit: value.findings.some(({ severity }) => severity === "error") ? 1 : 0 };
    },
  },
  "key-user guide": {
    operands: ["NAME"], options: [], needsNoMachine: true,
    summary: "how to give a key user a new key while its clients go on working",
    run: async (operands, { host }) => {
      const { name } = await activeUser(operand(operands, 0), host);
      const value = rotationGuide(name, await host.keyUser.list({}), new Date());
      return { value, text: (paint) => guideText(value, paint) };
    },
  },
};
