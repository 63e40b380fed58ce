// The text that Windows' own programs print: in the OEM code page, which Windows itself decodes.
import type { Native } from "./native.ts";

/** CP_OEMCP: whatever the OEM code page of this computer is. */
const oem = 1;

type Convert = (codePage: number, flags: number, bytes: Uint8Array, length: number, text: Buffer | null, textLength: number) => number;

/** Gives a function that decodes what a program printed. Bytes that the code page does not know come out as Windows shows them; what it cannot decode at all, as Latin-1. */
export function openOemText(native: Native): (bytes: Uint8Array) => string {
  const convert = native.load("kernel32.dll").func("int __stdcall MultiByteToWideChar(uint32_t codePage, uint32_t flags, void *bytes, int length, void *text, int textLength)") as unknown as Convert;
  return (bytes) => {
    if (bytes.length === 0) return "";
    const length = convert(oem, 0, bytes, bytes.length, null, 0);
    const text = native.allocate(length * 2).bytes;
    if (length === 0 || convert(oem, 0, bytes, bytes.length, text, length) === 0) return Buffer.from(bytes).toString("latin1");
    return text.subarray(0, length * 2).toString("utf16le");
  };
}
