// What the service control manager, the accounts and program files answer with, built byte by byte.
import { expect, it } from "vitest";
import { expandedPath } from "../../../main/machines/windows/file-version.ts";
import { systemFolder } from "../../../main/machines/windows/commands.ts";
import { fileVersion, serviceConfiguration, serviceEntries, serviceStatus, sidText } from "../../../main/machines/windows/service-records.ts";

const base = 0x1_0000_2000n;
const wide = (...texts: readonly string[]): Buffer => Buffer.from(texts.map((text) => `${text}\0`).join(""), "utf16le");
const numbers = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
};

/** A fixed part with pointers at the offsets given to the strings that follow it. */
function record(fixed: Buffer, pointers: Readonly<Record<number, Buffer>>): Buffer {
  const parts = [fixed];
  let length = fixed.length;
  for (const [at, bytes] of Object.entries(pointers)) {
    fixed.writeBigUInt64LE(base + BigInt(length), Number(at));
    parts.push(bytes);
    length += bytes.length;
  }
  return Buffer.concat(parts);
}

const status = (state: number, processId = 0, exitCode = 0): Buffer => numbers(0x10, state, 1, exitCode, 0, 0, 0, processId, 0);

it.each([[1, "stopped"], [2, "start-pending"], [3, "stop-pending"], [4, "running"], [5, "continue-pending"], [6, "pause-pending"], [7, "paused"]])("state %i is %s", (number, state) => {
  expect(serviceStatus(status(number))).toMatchObject({ state });
});

it("a state that there is not is refused", () => {
  for (const number of [0, 8, 0xffff_ffff]) expect(() => serviceStatus(status(number))).toThrow(expect.objectContaining({ code: "internal" }));
});

it("a stopped service has no process, and keeps its exit code", () => {
  expect(serviceStatus(status(1, 4711, 1077))).toEqual({ state: "stopped", processId: 0, exitCode: 1077 });
  expect(serviceStatus(status(4, 4711))).toEqual({ state: "running", processId: 4711, exitCode: 0 });
});

it("entries follow each other, their names behind them", () => {
  const entry = (state: number): Buffer => Buffer.concat([Buffer.alloc(16), status(state, 12), Buffer.alloc(4)]);
  const bytes = record(Buffer.concat([entry(4), entry(1)]), { 0: wide("sdb-www-default"), 56: wide("sdb-icdr") });
  expect(serviceEntries(bytes, base, 2)).toEqual([{ name: "sdb-www-default", state: "running", processId: 12, exitCode: 0 }, { name: "sdb-icdr", state: "stopped", processId: 0, exitCode: 0 }]);
  expect(() => serviceEntries(bytes, base, 9)).toThrow(expect.objectContaining({ code: "internal" }));
});

const configuration = (startType: number, pointers: Readonly<Record<number, Buffer>>): Buffer => {
  const fixed = Buffer.alloc(64);
  fixed.writeUInt32LE(startType, 4);
  return record(fixed, pointers);
};

it("a configuration: command line without its secret, account, what it needs without groups", () => {
  const line = '"C:\\Program Files\\SanteDB\\santedb-www.exe" --name="default" --appsecret="s3cret"';
  const bytes = configuration(2, { 16: wide(line), 40: wide("Tcpip", "+NetworkGroup", "HTTP", ""), 48: wide("NT AUTHORITY\\NetworkService"), 56: wide("SanteDB") });
  expect(serviceConfiguration(bytes, base)).toEqual({
    displayName: "SanteDB", program: line, imagePath: '"C:\\Program Files\\SanteDB\\santedb-www.exe" --name="default" --appsecret="********"',
    account: "NT AUTHORITY\\NetworkService", startType: "automatic", dependencies: ["Tcpip", "HTTP"],
  });
});

it("start types by number; nothing where a pointer is null", () => {
  expect([0, 1, 2, 3, 4].map((number) => serviceConfiguration(configuration(number, {}), base).startType)).toEqual(["automatic", "automatic", "automatic", "manual", "disabled"]);
  expect(serviceConfiguration(configuration(3, {}), base)).toMatchObject({ imagePath: "", account: "", dependencies: [] });
  expect(() => serviceConfiguration(configuration(5, {}), base)).toThrow(expect.objectContaining({ code: "internal" }));
});

it("SIDs as text", () => {
  const sid = (...parts: readonly number[]): Buffer => Buffer.concat([Buffer.from([1, parts.length, 0, 0, 0, 0, 0, 5]), numbers(...parts)]);
  expect(sidText(sid(18))).toBe("S-1-5-18");
  expect(sidText(sid(21, 0xffff_ffff, 2, 3, 1001))).toBe("S-1-5-21-4294967295-2-3-1001");
  expect(() => sidText(sid(21, 1).subarray(0, 12))).toThrow(expect.objectContaining({ code: "internal" }));
});

it("the version of a file is made of four halves", () => {
  const info = (signature: number): Buffer => numbers(signature, 0x10000, 0x0003_0000, (2101 << 16) | 7, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  expect(fileVersion(info(0xfeef_04bd))).toBe("3.0.2101.7");
  expect(fileVersion(info(1))).toBeNull();
  expect(fileVersion(Buffer.alloc(8))).toBeNull();
});

it("variables in a path are put in, in whatever case; unknown ones stay", () => {
  expect(expandedPath("%systemroot%\\System32\\svchost.exe -k x", { SystemRoot: "C:\\Windows" })).toBe("C:\\Windows\\System32\\svchost.exe -k x");
  expect(expandedPath("%Nowhere%\\x.exe", {})).toBe("%Nowhere%\\x.exe");
});

it("Windows' own programs lie in System32, which a 32-bit process sees as Sysnative", () => {
  expect(systemFolder({ SystemRoot: "D:\\Windows" }, "x64")).toBe("D:\\Windows\\System32");
  expect(systemFolder({ SystemRoot: "C:\\Windows", PROCESSOR_ARCHITEW6432: "AMD64" }, "ia32")).toBe("C:\\Windows\\Sysnative");
  expect(systemFolder({ windir: "C:\\Windows" }, "ia32")).toBe("C:\\Windows\\System32");
});
