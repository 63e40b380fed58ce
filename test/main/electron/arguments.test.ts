// The arguments of the desktop program.
import { expect, it } from "vitest";
import { consoleOptions } from "../../../main/electron/arguments.ts";

it("name the machine and its folders, as for the command line", () => {
  expect(consoleOptions(["--machine", "practice", "--practice-dir=/p q", "--data-dir", "/d"])).toEqual({ machine: "practice", practiceDirectory: "/p q", dataDirectory: "/d" });
});

it("of Chromium, and files dropped on the icon, are passed over", () => {
  expect(consoleOptions(["--no-sandbox", "--enable-features=A,B", "C:\\server.pfx"])).toEqual({});
});

it("that make no sense are as if they were not there", () => {
  expect(consoleOptions(["--machine", "amiga", "--practice-dir"])).toEqual({});
});

it("of a kind of practice machine that there is not are refused, because another one would be made and stay", () => {
  expect(consoleOptions(["--practice-kind", "gateway"])).toEqual({ practiceKind: "gateway" });
  expect(() => consoleOptions(["--practice-kind", "gate"])).toThrow(expect.objectContaining({ code: "usage" }));
});
