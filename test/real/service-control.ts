// Starting, stopping and removing a service by the interface of the service control manager itself. The product does this
// with sc; tests ask here as well, because sc under Wine ends with 1 whatever went wrong, and here the true codes come back.
import { sizeOf } from "../../main/machines/windows/layouts.ts";
import type { Native, Pointer } from "../../main/machines/windows/native.ts";

const manage = 0x2;
const everything = 0xf01ff;
const stopControl = 1;

/** Every method gives the Win32 code: 0, 1060 no such service, 1056 running already, 1062 not running. */
export interface ServiceControl {
  create(name: string, commandLine: string): number;
  start(name: string): number;
  stop(name: string): number;
  remove(name: string): number;
}

export function openServiceControl(native: Native): ServiceControl {
  const library = native.load("advapi32.dll");
  const openManager = library.func("void * __stdcall OpenSCManagerW(str16 machine, str16 database, uint32_t access)") as unknown as (machine: null, database: null, access: number) => Pointer;
  const openService = library.func("void * __stdcall OpenServiceW(void *manager, str16 name, uint32_t access)") as unknown as (manager: Pointer, name: string, access: number) => Pointer;
  const close = library.func("int __stdcall CloseServiceHandle(void *handle)") as unknown as (handle: Pointer) => number;
  const createService = library.func("void * __stdcall CreateServiceW(void *manager, str16 name, str16 title, uint32_t access, uint32_t type, uint32_t start, uint32_t error, str16 path, str16 group, void *tag, void *dependencies, str16 account, str16 password)") as unknown as
    (manager: Pointer, name: string, title: string, access: number, type: number, start: number, error: number, path: string, group: null, tag: null, dependencies: null, account: null, password: null) => Pointer;
  const startService = library.func("int __stdcall StartServiceW(void *service, uint32_t count, void *arguments)") as unknown as (service: Pointer, count: number, arguments_: null) => number;
  const controlService = library.func("int __stdcall ControlService(void *service, uint32_t control, void *status)") as unknown as (service: Pointer, control: number, status: Buffer) => number;
  const deleteService = library.func("int __stdcall DeleteService(void *service)") as unknown as (service: Pointer) => number;

  const withManager = (work: (manager: Pointer) => number): number => {
    const manager = openManager(null, null, manage | 0x1);
    if (manager === null) return native.lastError();
    const code = work(manager);
    close(manager);
    return code;
  };
  const withService = (name: string, work: (service: Pointer) => boolean): number => withManager((manager) => {
    const service = openService(manager, name, everything);
    if (service === null) return native.lastError();
    const code = work(service) ? 0 : native.lastError();
    close(service);
    return code;
  });

  return {
    create: (name, commandLine) => withManager((manager) => {
      const service = createService(manager, name, name, everything, 0x10, 3, 1, commandLine, null, null, null, null, null);
      if (service === null) return native.lastError();
      close(service);
      return 0;
    }),
    start: (name) => withService(name, (service) => startService(service, 0, null) !== 0),
    stop: (name) => withService(name, (service) => controlService(service, stopControl, native.allocate(sizeOf("SERVICE_STATUS")).bytes) !== 0),
    remove: (name) => withService(name, (service) => deleteService(service) !== 0),
  };
}
