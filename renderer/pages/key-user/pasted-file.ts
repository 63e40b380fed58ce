// A pasted text as the contract takes files.
import { encodeBase64 } from "../../../app/base64.ts";
import type { UploadedFile } from "../../../app/contract.ts";

/** The text in UTF-8, under the name by which errors speak of it. */
export const pastedFile = (name: string, text: string): UploadedFile => ({ name, content: encodeBase64(new TextEncoder().encode(text)) });
