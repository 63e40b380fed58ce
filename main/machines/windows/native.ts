// The Windows libraries, loaded once and only when a Windows machine is opened, with every struct measured first.
import type { LibraryHandle, TypeObject } from "koffi";
import { problem, type LockstepError } from "../../../app/errors.ts";
import { win32Meaning } from "../../../app/http-sys/win32.ts";
import { measureLayouts, sizeOf, type LayoutName } from "./layouts.ts";
import { Memory } from "./memory.ts";

/** A pointer or handle as koffi gives it; null for NULL. */
export type Pointer = bigint | null;

export const errorCodes = {
  fileNotFound: 2, accessDenied: 5, insufficientBuffer: 122, moreData: 234, noMoreItems: 259, serviceMissing: 1060, noneMapped: 1332,
} as const;

export interface Native {
  readonly load: (library: string) => LibraryHandle;
  /** The type of a struct, for a function's declaration. */
  readonly struct: (name: LayoutName) => TypeObject;
  readonly pointerTo: (name: LayoutName) => TypeObject;
  /** Memory of so many bytes that does not move, and its address. */
  readonly allocate: (size: number) => Allocation;
  /** A copy of a number of bytes from an address that Windows answered with. */
  readonly copy: (address: bigint, size: number) => Uint8Array;
  /** A struct at an address, copied; its pointers lead elsewhere. */
  readonly copyStruct: (name: LayoutName, address: bigint) => Memory;
  /** Win32 number of the last call's failure; koffi keeps it between calls, so it is asked for directly after the call. */
  readonly lastError: () => number;
}

export interface Allocation {
  readonly bytes: Buffer;
  readonly address: bigint;
  readonly memory: () => Memory;
}

let opened: Promise<Native> | undefined;

/** The libraries of this Windows. Throws unsupported on another system, internal where a struct is not laid out as expected. */
export function openNative(): Promise<Native> {
  return opened ??= open();
}

async function open(): Promise<Native> {
  if (process.platform !== "win32") throw problem("unsupported", { what: "The windows machine" });
  const { default: koffi } = await import("koffi");
  const types = measureLayouts(koffi);
  const struct = (name: LayoutName): TypeObject => {
    const type = types.get(name);
    if (type === undefined) throw problem("internal", { problem: `there is no struct ${name}` });
    return type;
  };
  const lastError = koffi.load("kernel32.dll").func("uint32_t __stdcall GetLastError()") as unknown as () => number;
  const copy = (address: bigint, size: number): Uint8Array => koffi.decode(address, koffi.array("uint8", size, "Typed")) as Uint8Array;
  return {
    load: (library) => koffi.load(library),
    struct,
    pointerTo: (name) => koffi.pointer(struct(name)),
    allocate: (size) => {
      // Not out of a pool, nor on the heap that is compacted: Windows writes pointers into these bytes that lead to them.
      const bytes = Buffer.from(new ArrayBuffer(Math.max(size, 8)));
      const address = koffi.address(bytes);
      return { bytes, address, memory: () => new Memory(bytes, address) };
    },
    copy,
    copyStruct: (name, address) => new Memory(copy(address, sizeOf(name)), address),
    lastError,
  };
}

const remedies: ReadonlyMap<number, string> = new Map([[errorCodes.accessDenied, "Run Lockstep as administrator."]]);

/** A function of Windows that refused, as command-failed. `code` is the Win32 number or HRESULT that it answered with. */
export function nativeProblem(function_: string, code: number): LockstepError {
  return problem("command-failed", { program: function_, reason: nativeReason(code), remedy: remedies.get(code) ?? "Look the number up with `net helpmsg`, or in Microsoft's list of security codes." });
}

/** What a Win32 number or HRESULT means, as the end of a sentence: those of the security libraries are known in hexadecimal. */
export function nativeReason(code: number): string {
  const unsigned = code >>> 0;
  // 0x8007xxxx wraps a Win32 number.
  if (unsigned >>> 16 === 0x8007) return win32Meaning(unsigned & 0xffff);
  return unsigned > 0xffff ? `Windows error 0x${unsigned.toString(16).toUpperCase()}` : win32Meaning(unsigned);
}
