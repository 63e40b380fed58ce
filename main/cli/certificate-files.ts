// Certificate files and passwords as the command line takes and makes them.
import { cleanThumbprint, matchesListed } from "../../app/certificates/pasted-thumbprint.ts";
import { decodeBase64 } from "../../app/base64.ts";
import { certificateFileLimit, type CertificateFiles, type Converted, type SecureRequest, type UploadedFile } from "../../app/contract.ts";
import { problem } from "../../app/errors.ts";
import type { Host } from "../../app/host.ts";
import { createFile, nodeFiles } from "../storage/file.ts";
import { readSecretFile } from "../storage/secret.ts";
import type { Options } from "./options.ts";
import { asPassword, readPassword } from "./password.ts";

/** Reads one file whole. Throws file-not-found, file-unreadable, file-empty, file-too-large, file-changed-while-read. */
export async function upload(path: string): Promise<UploadedFile> {
  const content = await nodeFiles.read(path, certificateFileLimit);
  return { name: path, content: Buffer.from(content).toString("base64") };
}

/**
 * Reads a file whole, or standard input for "-". Throws as `upload`; and usage for a key that was itself given where its
 * file should be, since what went wrong with a path is told with that path.
 */
export async function uploadOrInput(path: string, what: string): Promise<UploadedFile> {
  if (/[\r\n]|-BEGIN |^ssh-[\w-]{1,40} AAAA|^[A-Za-z0-9+/=]{300}/.test(path)) throw problem("usage", { problem: `${what} takes the path of a file, not the key itself; \`-\` reads standard input.` });
  if (path !== "-") return upload(path);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > certificateFileLimit) throw problem("file-too-large", { file: standardInput, size, limit: certificateFileLimit });
    chunks.push(chunk);
  }
  if (size === 0) throw problem("file-empty", { file: standardInput });
  return { name: standardInput, content: Buffer.concat(chunks).toString("base64") };
}

const standardInput = "Standard input";

/** The file named and those of --key, with the password that opens them. */
export async function certificateFiles(first: string, options: Options): Promise<CertificateFiles> {
  const files = await Promise.all([first, ...(options.key ?? [])].map(upload));
  const password = await readPassword(options);
  return { files, ...(password !== undefined && { password }) };
}

/** The password for what is written, as a member of a request; nothing where none was given. */
export async function newPassword(options: Options): Promise<{ readonly newPassword?: string }> {
  const file = options["out-password-file"];
  return file === undefined ? {} : { newPassword: asPassword(await readSecretFile(file), file) };
}

const formats = ["pem", "der", "pfx", "pfx-legacy"] as const;
export type Format = (typeof formats)[number];

/** What --to names. Throws usage. */
export function formatOf(options: Options, otherwise?: Format): Format {
  const format = formats.find((each) => each === options.to) ?? (options.to === undefined ? otherwise : undefined);
  if (!format) throw problem("usage", { problem: `--to takes one of ${formats.join(", ")}${options.to === undefined ? "" : `, not ${options.to}`}.` });
  return format;
}

/** The option's value. Throws usage where it was left out. */
export function needed(options: Options, name: "out" | "out-dir" | "name" | "public-key", verb: string): string {
  const value = options[name];
  if (value === undefined || value === "") throw problem("usage", { problem: `\`${verb}\` needs --${name}.` });
  return value;
}

/** Makes the file of a conversion: for its owner alone where a key is in it. Throws file-exists and what writing throws. */
export function writeConverted(path: string, { content, hasPrivateKey }: Converted): Promise<void> {
  return createFile(path, decodeBase64(content), hasPrivateKey ? 0o600 : 0o644);
}

/** A thumbprint of 40 digits, as typed or pasted; `what` is the option or operand that takes it. Throws usage. */
export function thumbprintOf(text: string, what: string): string {
  const { kind, thumbprint } = cleanThumbprint(text);
  if (kind !== "sha1") throw problem("usage", { problem: `${what} takes a thumbprint of 40 hexadecimal digits, not ${text.slice(0, 100)}.` });
  return thumbprint;
}

/** The stored certificate that a person means by pasted text: by its thumbprint, else by its other numbers. Throws not-found, usage. */
export async function storedCertificate(host: Host, text: string, options: Options) {
  const cleaned = cleanThumbprint(text);
  const wanted = options.store;
  if (wanted !== undefined && wanted !== "My" && wanted !== "CA" && wanted !== "Root") throw problem("usage", { problem: `--store takes My, CA or Root, not ${wanted}.` });
  const listed = (await host.certificate.list({})).filter(({ store }) => wanted === undefined || store === wanted);
  const [found] = matchesListed(cleaned, listed);
  if (!found) throw problem("not-found", { what: "certificate in the machine's stores", name: cleaned.thumbprint });
  return found.certificate;
}

/** A file with its password, or a certificate that the machine's store has. */
export async function certificateSource(text: string, options: Options): Promise<SecureRequest["certificate"]> {
  const { kind, thumbprint } = cleanThumbprint(text);
  const inStore = kind === "sha1" && (await nodeFiles.stat(text).catch(() => null)) === null;
  return inStore ? { thumbprint } : certificateFiles(text, options);
}
