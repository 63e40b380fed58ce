// The version that a program file tells of itself in its resources, through version.dll.
import { parseImagePath } from "../../../app/santedb/image-path.ts";
import { sizeOf } from "./layouts.ts";
import type { Native, Pointer } from "./native.ts";
import { fileVersion } from "./service-records.ts";

/** Bytes of version information at most. */
const largest = 1024 * 1024;

/** Variables of the environment in a path, %SystemRoot% and the like, put in; an unknown one stays as it is. */
export function expandedPath(path: string, environment: NodeJS.ProcessEnv): string {
  const value = (wanted: string): string | undefined => Object.entries(environment).find(([name]) => name.toLowerCase() === wanted.toLowerCase())?.[1];
  return path.replace(/%([^%]+)%/g, (whole, name: string) => value(name) ?? whole);
}

/** Gives the version of a service's program by its command line: "3.0.2101.0"; null where the file does not tell. */
export function openFileVersions(native: Native): (commandLine: string) => string | null {
  const library = native.load("version.dll");
  const infoSize = library.func("uint32_t __stdcall GetFileVersionInfoSizeW(str16 file, void *unused)") as unknown as (file: string, unused: Pointer) => number;
  const info = library.func("int __stdcall GetFileVersionInfoW(str16 file, uint32_t unused, uint32_t length, void *data)") as unknown as (file: string, unused: number, length: number, data: Buffer) => number;
  const value = library.func("int __stdcall VerQueryValueW(void *data, str16 block, _Out_ void **value, _Out_ uint32_t *length)") as unknown as (data: Buffer, block: string, value: [Pointer], length: [number]) => number;

  return (commandLine) => {
    const file = parseImagePath(expandedPath(commandLine, process.env)).executable;
    if (file === "") return null;
    const size = infoSize(file, null);
    if (size === 0 || size > largest) return null;
    const data = native.allocate(size);
    if (info(file, 0, size, data.bytes) === 0) return null;
    const found: [Pointer] = [null];
    const length: [number] = [0];
    if (value(data.bytes, "\\", found, length) === 0 || found[0] === null) return null;
    const offset = Number(found[0] - data.address);
    if (offset < 0 || offset + sizeOf("VS_FIXEDFILEINFO") > data.bytes.length) return null;
    return fileVersion(data.bytes.subarray(offset, offset + sizeOf("VS_FIXEDFILEINFO")));
  };
}
