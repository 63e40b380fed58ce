// Why a service ended or would not start, by the number that its manager has of it.
import { explainServiceControl, type Explanation } from "../http-sys/service-control.ts";
import type { ServiceManager } from "../machine.ts";

/** Statuses of systemd's own and of services. Source: systemd.exec(5), sysexits.h, init scripts of the LSB. */
const statuses: ReadonlyMap<number, string> = new Map([
  [78, "its configuration is at fault (status 78)"],
  [126, "its program may not be run (status 126)"],
  [127, "its program is not there (status 127)"],
  [200, "it cannot enter its working directory (status 200)"],
  [203, "its program cannot be run (status 203)"],
  [216, "its group is not known (status 216)"],
  [217, "its user is not known (status 217)"],
]);

/** Explains an exit code of its control, or of the service itself. Without a manager it is a Win32 code. */
export function explainService(manager: ServiceManager | undefined, service: string, code: number): Explanation {
  if (manager === undefined) return explainServiceControl(code);
  const log = manager === "systemd" ? `\`journalctl -u ${service}\`` : "the service's own log";
  if (code === 0) {
    // After SIGKILL the lock of mono-service stays, and the next one ends at once with 0 and without a word.
    const lock = manager === "systemd" ? " If its unit starts mono-service and it was killed before, its lock file keeps it from starting: delete the file that stands behind -l: in the unit." : "";
    return { code, reason: "it ended without an error", remedy: `See ${log}.${lock}` };
  }
  return { code, reason: statuses.get(code) ?? `it ended with status ${code}`, remedy: `See ${log}.` };
}
