// Windows services, as the service control manager answers through advapi32.dll. Read only: control goes through commands.
import type { ServiceRecord, Services } from "../../../app/machine.ts";
import { openFileVersions } from "./file-version.ts";
import { sizeOf } from "./layouts.ts";
import { errorCodes, nativeProblem, type Allocation, type Native, type Pointer } from "./native.ts";
import { serviceConfiguration, serviceEntries, serviceStatus, type ServiceConfiguration, type ServiceStatus } from "./service-records.ts";

/** Rights and kinds of winsvc.h. */
const connect = 0x1;
const enumerateServices = 0x4;
const queryConfiguration = 0x1;
const queryStatus = 0x4;
const processInformation = 0;
const win32Services = 0x30;
const everyState = 3;

/** The most that the manager gives at once. Source: EnumServicesStatusExW. */
const pageSize = 256 * 1024;
/** The most that one configuration has. Source: QueryServiceConfigW. */
const largestConfiguration = 8 * 1024;

interface ServiceFunctions {
  readonly openManager: (machine: string | null, database: string | null, access: number) => Pointer;
  readonly openService: (manager: Pointer, name: string, access: number) => Pointer;
  readonly close: (handle: Pointer) => number;
  readonly enumerate: (manager: Pointer, level: number, type: number, state: number, services: Buffer, size: number, needed: [number], returned: [number], resume: [number], group: string | null) => number;
  readonly configuration: (service: Pointer, configuration: Buffer, size: number, needed: [number]) => number;
  readonly status: (service: Pointer, level: number, status: Buffer, size: number, needed: [number]) => number;
}

/** Source of the declarations: winsvc.h. */
function loadServiceFunctions(native: Native): ServiceFunctions {
  const library = native.load("advapi32.dll");
  return {
    openManager: library.func("void * __stdcall OpenSCManagerW(str16 machine, str16 database, uint32_t access)"),
    openService: library.func("void * __stdcall OpenServiceW(void *manager, str16 name, uint32_t access)"),
    close: library.func("int __stdcall CloseServiceHandle(void *handle)"),
    enumerate: library.func("int __stdcall EnumServicesStatusExW(void *manager, int level, uint32_t type, uint32_t state, void *services, uint32_t size, _Out_ uint32_t *needed, _Out_ uint32_t *returned, _Inout_ uint32_t *resume, str16 group)"),
    configuration: library.func("int __stdcall QueryServiceConfigW(void *service, void *configuration, uint32_t size, _Out_ uint32_t *needed)"),
    status: library.func("int __stdcall QueryServiceStatusEx(void *service, int level, void *status, uint32_t size, _Out_ uint32_t *needed)"),
  };
}

/** The services of this computer. A service that this user may not look at is not listed. Calls throw command-failed, internal. */
export function openServices(native: Native): Services {
  const functions = loadServiceFunctions(native);
  const versionOf = openFileVersions(native);

  const withManager = <Value>(access: number, work: (manager: Pointer) => Value): Value => {
    const manager = functions.openManager(null, null, access);
    if (manager === null) throw nativeProblem("OpenSCManager", native.lastError());
    try {
      return work(manager);
    } finally {
      functions.close(manager);
    }
  };

  /** Null where there is no such service, or it may not be looked at. */
  const withService = <Value>(manager: Pointer, name: string, work: (service: Pointer) => Value): Value | "missing" | "denied" => {
    const service = functions.openService(manager, name, queryConfiguration | queryStatus);
    if (service === null) {
      const code = native.lastError();
      // 123: no name of a service at all.
      if (code === errorCodes.serviceMissing || code === 123) return "missing";
      if (code === errorCodes.accessDenied) return "denied";
      throw nativeProblem("OpenService", code);
    }
    try {
      return work(service);
    } finally {
      functions.close(service);
    }
  };

  const configurationOf = (service: Pointer, room: Allocation): ServiceConfiguration => {
    if (functions.configuration(service, room.bytes, room.bytes.length, [0]) === 0) throw nativeProblem("QueryServiceConfig", native.lastError());
    return serviceConfiguration(room.bytes, room.address);
  };

  const statusOf = (service: Pointer): ServiceStatus => {
    const { bytes } = native.allocate(sizeOf("SERVICE_STATUS_PROCESS"));
    if (functions.status(service, processInformation, bytes, bytes.length, [0]) === 0) throw nativeProblem("QueryServiceStatusEx", native.lastError());
    return serviceStatus(bytes);
  };

  const record = (name: string, { program, ...configuration }: ServiceConfiguration, { state, processId, exitCode }: ServiceStatus, version: (commandLine: string) => string | null): ServiceRecord =>
    ({ name, ...configuration, state, processId, exitCode, version: version(program) });

  const list = (): readonly ServiceRecord[] => withManager(connect | enumerateServices, (manager) => {
    const services: ServiceRecord[] = [];
    const room = native.allocate(largestConfiguration);
    // Many services share one program.
    const versions = new Map<string, string | null>();
    const version = (commandLine: string): string | null => {
      const key = commandLine.replace(/\s-.*$/s, "").toLowerCase();
      const known = versions.get(key);
      if (known !== undefined) return known;
      const found = versionOf(commandLine);
      versions.set(key, found);
      return found;
    };
    const page = native.allocate(pageSize);
    const resume: [number] = [0];
    for (;;) {
      const returned: [number] = [0];
      const whole = functions.enumerate(manager, processInformation, win32Services, everyState, page.bytes, page.bytes.length, [0], returned, resume, null) !== 0;
      const code = whole ? 0 : native.lastError();
      if (!whole && (code !== errorCodes.moreData || returned[0] === 0)) throw nativeProblem("EnumServicesStatusEx", code);
      for (const { name, ...status } of serviceEntries(page.bytes, page.address, returned[0])) {
        const configuration = withService(manager, name, (service) => configurationOf(service, room));
        if (typeof configuration !== "string") services.push(record(name, configuration, status, version));
      }
      if (whole) return services;
    }
  });

  const find = (name: string): ServiceRecord | null => withManager(connect, (manager) => {
    const found = withService(manager, name, (service) => record(name, configurationOf(service, native.allocate(largestConfiguration)), statusOf(service), versionOf));
    if (found === "denied") throw nativeProblem("OpenService", errorCodes.accessDenied);
    return found === "missing" ? null : found;
  });

  return { list: () => Promise.resolve().then(list), find: (name) => Promise.resolve().then(() => find(name)) };
}
