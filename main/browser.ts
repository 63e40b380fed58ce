// The browser: opens an address in the person's own one, where there is a screen to show it on.
import { spawn } from "node:child_process";
import { platform } from "node:process";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The program that opens an address here and its arguments; null where nothing could be shown: a Linux machine without
 * a display, a session over SSH without one.
 */
export function browserCommand(address: string, system: string, environment: Environment): readonly [string, ...string[]] | null {
  switch (system) {
    // Not `start`: that is a word of cmd, which reads & and ^ in an address as its own.
    case "win32": return ["rundll32.exe", "url.dll,FileProtocolHandler", address];
    case "darwin": return ["open", address];
    default: return [environment["DISPLAY"], environment["WAYLAND_DISPLAY"]].some((display) => display !== undefined && display !== "") ? ["xdg-open", address] : null;
  }
}

/**
 * Opens an address, best effort: it never throws, waits for nothing, and keeps no process. For a moment other accounts
 * of this computer can read the address in the list of processes; its token is good once, so a thief would be noticed.
 */
export function openBrowser(address: string, environment: Environment = process.env): void {
  const command = browserCommand(address, platform, environment);
  if (!command) return;
  const [program, ...args] = command;
  try {
    const child = spawn(program, args, { detached: true, stdio: "ignore", windowsHide: true });
    child.on("error", () => undefined);
    child.unref();
  } catch {
    // The address was printed; the person opens it.
  }
}
