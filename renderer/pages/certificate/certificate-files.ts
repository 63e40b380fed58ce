// The files that hold a certificate: taken from the person, refused when too large, read as the contract wants them.
import type { UploadedFile } from "../../../app/contract.ts";
import { problem } from "../../../app/errors.ts";

/** Bytes of a file at most: the contract's certificateFileLimit, which a test compares. */
export const certificateFileLimit = 10 * 1024 * 1024;

/** Files read at once; the contract takes no more. */
export const certificateFilesLimit = 16;

/** The extensions offered by the file dialog. Lockstep itself judges by content. */
export const certificateFileTypes = ".pfx,.p12,.pem,.crt,.cer,.der,.key,.p7b,.p7c";

/** Base64 of a file or a piece of one; `name` is said where it cannot be read. Throws file-unreadable. */
export const contentOf = (file: Blob, name: string): Promise<string> => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => {
    const address = typeof reader.result === "string" ? reader.result : "";
    resolve(address.slice(address.indexOf(",") + 1));
  };
  reader.onerror = () => reject(problem("file-unreadable", { file: name, reason: reader.error?.message ?? "the browser gives no reason" }));
  reader.readAsDataURL(file);
});

/**
 * Reads files into memory as base64, the sizes checked before anything is read. The result is secret.
 * Throws file-too-large, file-empty, file-unreadable (also when a file changed since it was chosen).
 */
export async function readCertificateFiles(files: readonly File[]): Promise<readonly UploadedFile[]> {
  for (const file of files) {
    if (file.size > certificateFileLimit) throw problem("file-too-large", { file: file.name, size: file.size, limit: certificateFileLimit });
    if (file.size === 0) throw problem("file-empty", { file: file.name });
  }
  return Promise.all(files.map(async (file) => ({ name: file.name, content: await contentOf(file, file.name) })));
}
