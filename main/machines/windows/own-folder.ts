// Lockstep's own folder on a Windows machine: journal and pending keys, which only administrators may read or write.
import { problem } from "../../../app/errors.ts";
import { win32Meaning } from "../../../app/http-sys/win32.ts";
import { sizeOf } from "./layouts.ts";
import { errorCodes, openNative, type Native, type Pointer } from "./native.ts";
import { sidText } from "./service-records.ts";

/** Owner and group Administrators; full rights for SYSTEM and Administrators, inherited by all below; nothing comes from above. Source: [MS-DTYP] 2.5.1. */
const descriptor = "O:BAG:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
/** OWNER_SECURITY_INFORMATION, and DACL_ together with PROTECTED_DACL_SECURITY_INFORMATION. */
const ownerPart = 0x1;
const accessPart = 0x8000_0004;
const revision = 1;
const alreadyExists = 183;
/** ERROR_INVALID_OWNER: who is no administrator, or works without the rights of one, cannot give a folder to them. */
const invalidOwner = 1307;
const trusted: ReadonlySet<string> = new Set(["S-1-5-32-544", "S-1-5-18"]);

function load(native: Native) {
  const security = native.load("advapi32.dll");
  const files = native.load("kernel32.dll");
  return {
    convert: security.func("int __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 sddl, uint32_t revision, _Out_ void **descriptor, _Out_ uint32_t *size)") as unknown as (sddl: string, revision: number, descriptor: [Pointer], size: [number]) => number,
    setSecurity: security.func("int __stdcall SetFileSecurityW(str16 path, uint32_t parts, void *descriptor)") as unknown as (path: string, parts: number, descriptor: Pointer) => number,
    getSecurity: security.func("int __stdcall GetFileSecurityW(str16 path, uint32_t parts, void *descriptor, uint32_t length, _Out_ uint32_t *needed)") as unknown as (path: string, parts: number, descriptor: Buffer, length: number, needed: [number]) => number,
    createDirectory: files.func("int __stdcall CreateDirectoryW(str16 path, void *attributes)") as unknown as (path: string, attributes: Buffer) => number,
    free: files.func("void * __stdcall LocalFree(void *memory)") as unknown as (memory: Pointer) => Pointer,
  };
}

/**
 * Makes the folder, for administrators alone from its first moment. Below %ProgramData% every user may make folders: one
 * that is there must belong to administrators or the system, and is closed to others again. Without the rights of an
 * administrator nothing is made; nothing can then be changed either. Throws unsupported, file-unwritable.
 */
export async function secureOwnFolder(path: string): Promise<void> {
  const native = await openNative();
  const windows = load(native);
  const refused = (code: number) => problem("file-unwritable", { file: path, reason: win32Meaning(code) });

  const made: [Pointer] = [null];
  if (windows.convert(descriptor, revision, made, [0]) === 0) throw refused(native.lastError());
  try {
    const attributes = native.allocate(sizeOf("SECURITY_ATTRIBUTES"));
    attributes.bytes.writeUInt32LE(sizeOf("SECURITY_ATTRIBUTES"), 0);
    attributes.bytes.writeBigUInt64LE(made[0] ?? 0n, 8);
    if (windows.createDirectory(path, attributes.bytes) !== 0) return;
    const code = native.lastError();
    if (code === invalidOwner || code === errorCodes.accessDenied) return;
    if (code !== alreadyExists) throw refused(code);

    const found = native.allocate(1024);
    if (windows.getSecurity(path, ownerPart, found.bytes, found.bytes.length, [0]) === 0) {
      if (native.lastError() === errorCodes.accessDenied) return;
      throw refused(native.lastError());
    }
    const owner = sidText(found.bytes.subarray(found.memory().struct("SECURITY_DESCRIPTOR_RELATIVE", 0).uint32("Owner")));
    if (!trusted.has(owner)) {
      throw problem("file-unwritable", { file: path, reason: `it belongs to ${owner}, who is no administrator; see what is in it, and remove it` });
    }
    if (windows.setSecurity(path, accessPart, made[0]) === 0 && native.lastError() !== errorCodes.accessDenied) throw refused(native.lastError());
  } finally {
    windows.free(made[0]);
  }
}
