// Which machine the console opens, by what is asked for and by operating system.
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openConsole, openConsoleForFiles } from "../../main/console.ts";
import { dataFolder, linuxFolder, machineFolder } from "../../main/folders.ts";

let folder = "";
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "lockstep-console-")); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.skipIf(process.platform === "win32")("the Windows machine is refused elsewhere, before anything is made", async () => {
  const refused = expect.objectContaining({ code: "unsupported", message: "The windows machine is not supported on this machine." });
  await expect(openConsole({ machine: "windows", dataDirectory: join(folder, "data") })).rejects.toEqual(refused);
  await expect(openConsoleForFiles({ machine: "windows", dataDirectory: join(folder, "data") })).rejects.toEqual(refused);
  expect(readdirSync(folder)).toEqual([]);
});

it.skipIf(process.platform !== "linux")("the Linux machine is opened where it is asked for, and nothing is made by that", async () => {
  const opened = await openConsole({ machine: "linux", dataDirectory: join(folder, "data") });
  await opened.close();
  expect(readdirSync(folder)).toEqual([]);
});

it.skipIf(process.platform === "linux")("the Linux machine is refused elsewhere", async () => {
  await expect(openConsole({ machine: "linux", dataDirectory: join(folder, "data") })).rejects.toMatchObject({ code: "unsupported", message: "The linux machine is not supported on this machine." });
});

it("what Lockstep keeps of a Windows machine lies in the folder for all users", () => {
  expect(machineFolder({ ProgramData: folder })).toBe(join(folder, "Lockstep"));
  expect(machineFolder({})).toBe(join("C:\\ProgramData", "Lockstep"));
});

it("what Lockstep keeps of a Linux machine lies where a service's records do, and with who is not root in their own folder", () => {
  expect(linuxFolder(true)).toBe("/var/lib/lockstep");
  expect(linuxFolder(false)).toBe(join(dataFolder(), "linux"));
});

it.skipIf(process.platform !== "linux")("a linux.json that others may write opens no machine", async () => {
  writeFileSync(join(folder, "linux.json"), "{}");
  chmodSync(join(folder, "linux.json"), 0o666);
  await expect(openConsole({ machine: "linux", dataDirectory: folder })).rejects.toMatchObject({ code: "layout-refused" });
});
