// Files on Windows: a file that is replaced keeps its access list, its owner and its attributes.
import { win32 } from "node:path";
import { problem, type LockstepError } from "../../../app/errors.ts";
import { win32Meaning } from "../../../app/http-sys/win32.ts";
import type { Files } from "../../../app/machine.ts";
import { filesWith, flushFile } from "../../storage/file.ts";
import type { Native, Pointer } from "./native.ts";

/** Numbers of winbase.h and winerror.h. */
const moveReplaceExisting = 0x1;
const moveWriteThrough = 0x8;
const diskFull: ReadonlySet<number> = new Set([39, 112, 1295]);
const missing: ReadonlySet<number> = new Set([2, 3]);
/** ERROR_UNABLE_TO_MOVE_REPLACEMENT_2: the old file has its new name already, and the new one could not be given the old name. */
const halfWay = 1177;

type Replace = (replaced: string, replacement: string, backup: string, flags: number, exclude: Pointer, reserved: Pointer) => number;
type Move = (from: string, to: string, flags: number) => number;

function fileRefusal(path: string, code: number): LockstepError {
  if (diskFull.has(code)) return problem("disk-full", { file: path });
  if (missing.has(code)) return problem("file-not-found", { file: path });
  return problem("file-unwritable", { file: path, reason: win32Meaning(code) });
}

/** The files of this computer: see Files in app/machine.ts. */
export function openFiles(native: Native): Files {
  const library = native.load("kernel32.dll");
  const replaceFile = library.func("int __stdcall ReplaceFileW(str16 replaced, str16 replacement, str16 backup, uint32_t flags, void *exclude, void *reserved)") as unknown as Replace;
  const moveFile = library.func("int __stdcall MoveFileExW(str16 from, str16 to, uint32_t flags)") as unknown as Move;

  const move = (from: string, to: string): number => (moveFile(from, to, moveReplaceExisting | moveWriteThrough) === 0 ? native.lastError() : 0);
  return {
    ...filesWith({
      // The new file takes over security descriptor, creation time, short name and attributes of the old one. Source: ReplaceFileW.
      replace: async (temporary, path, backup) => {
        if (replaceFile(path, temporary, backup, 0, null, null) === 0) {
          const code = native.lastError();
          if (code === halfWay) move(backup, path);
          throw fileRefusal(path, code);
        }
        // NTFS writes its log out up to here with the file.
        await flushFile(path);
      },
      putBack: async (backup, path) => {
        const code = move(backup, path);
        if (code !== 0) throw fileRefusal(path, code);
        await flushFile(path);
      },
    }),
    join: (folder, ...names) => win32.join(folder, ...names),
  };
}
