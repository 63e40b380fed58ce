// Files handed to the person, as a download.
import { decodeBase64 } from "../../app/base64.ts";

/** A text in UTF-8, without a mark at its beginning. */
export function saveText(name: string, text: string): void {
  save(name, new Blob([text], { type: "text/plain;charset=utf-8" }));
}

/** The content in base64. It may be a secret: the page keeps no copy once it is handed over. */
export function saveContent(name: string, content: string): void {
  save(name, new Blob([Uint8Array.from(decodeBase64(content))], { type: "application/octet-stream" }));
}

function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
