// What the service control manager answers with, decoded. Pure: bytes and their address in, values out.
import { redactImagePath } from "../../../app/santedb/image-path.ts";
import type { ServiceState } from "../../../app/santedb/instance.ts";
import type { ServiceRecord } from "../../../app/machine.ts";
import { problem } from "../../../app/errors.ts";
import { sizeOf } from "./layouts.ts";
import { Memory } from "./memory.ts";

/** dwCurrentState, from 1. Source: winsvc.h. */
const states: readonly ServiceState[] = ["stopped", "start-pending", "stop-pending", "running", "continue-pending", "pause-pending", "paused"];
/** dwStartType: boot and system start come before automatic start, and only drivers have them. */
const startTypes: readonly ServiceRecord["startType"][] = ["automatic", "automatic", "automatic", "manual", "disabled"];

export type ServiceStatus = Pick<ServiceRecord, "state" | "processId" | "exitCode">;
export type ServiceConfiguration = Pick<ServiceRecord, "displayName" | "imagePath" | "account" | "startType" | "dependencies"> & { readonly program: string };

function statusAt(memory: Memory, start: number): ServiceStatus {
  const record = memory.struct("SERVICE_STATUS_PROCESS", start);
  const number = record.uint32("dwCurrentState");
  const state = states[number - 1];
  if (state === undefined) throw problem("internal", { problem: `Windows answered with the service state ${number}` });
  return { state, processId: state === "stopped" ? 0 : record.uint32("dwProcessId"), exitCode: record.uint32("dwWin32ExitCode") };
}

/** A SERVICE_STATUS_PROCESS. Throws internal. */
export function serviceStatus(bytes: Uint8Array): ServiceStatus {
  return statusAt(new Memory(bytes, 0n), 0);
}

/** So many ENUM_SERVICE_STATUS_PROCESSW in a row. Throws internal. */
export function serviceEntries(bytes: Uint8Array, base: bigint, count: number): readonly (ServiceStatus & { readonly name: string })[] {
  const memory = new Memory(bytes, base);
  return Array.from({ length: count }, (_, index) => {
    const record = memory.struct("ENUM_SERVICE_STATUS_PROCESSW", index * sizeOf("ENUM_SERVICE_STATUS_PROCESSW"));
    return { name: record.text("lpServiceName") ?? "", ...statusAt(memory, record.at("ServiceStatusProcess")) };
  });
}

/** A QUERY_SERVICE_CONFIGW. `program` is the command line with its secrets, which is to go no further. Throws internal. */
export function serviceConfiguration(bytes: Uint8Array, base: bigint): ServiceConfiguration {
  const record = new Memory(bytes, base).struct("QUERY_SERVICE_CONFIGW", 0);
  const program = record.text("lpBinaryPathName") ?? "";
  const number = record.uint32("dwStartType");
  const startType = startTypes[number];
  if (startType === undefined) throw problem("internal", { problem: `Windows answered with the start type ${number}` });
  return {
    displayName: record.text("lpDisplayName") ?? "", program, imagePath: redactImagePath(program), account: record.text("lpServiceStartName") ?? "", startType,
    // A name that begins with + is that of a group.
    dependencies: record.texts("lpDependencies").filter((name) => !name.startsWith("+")),
  };
}

/** A SID as text, "S-1-5-20". Source: [MS-DTYP] 2.4.2.1 and 2.4.2.2. Throws internal. */
export function sidText(bytes: Uint8Array): string {
  const memory = new Memory(bytes, 0n);
  const count = memory.uint8(1);
  const authority = memory.uint16BigEndian(2) * 2 ** 32 + memory.uint16BigEndian(4) * 2 ** 16 + memory.uint16BigEndian(6);
  const parts = Array.from({ length: count }, (_, index) => memory.uint32(8 + index * 4));
  return ["S", memory.uint8(0), authority < 2 ** 32 ? authority : `0x${authority.toString(16).padStart(12, "0").toUpperCase()}`, ...parts].join("-");
}

/** The four parts of the file version in a VS_FIXEDFILEINFO; null where these bytes are none. */
export function fileVersion(bytes: Uint8Array): string | null {
  if (bytes.length < sizeOf("VS_FIXEDFILEINFO")) return null;
  const record = new Memory(bytes, 0n).struct("VS_FIXEDFILEINFO", 0);
  if (record.uint32("dwSignature") !== 0xfeef_04bd) return null;
  const [most, least] = [record.uint32("dwFileVersionMS"), record.uint32("dwFileVersionLS")];
  return [most >>> 16, most & 0xffff, least >>> 16, least & 0xffff].join(".");
}
