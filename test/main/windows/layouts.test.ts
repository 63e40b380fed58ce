// The table of struct layouts, measured by koffi on this system: on any 64-bit one they come out the same.
import koffi from "koffi";
import { expect, it } from "vitest";
import { layouts, measureLayouts } from "../../../main/machines/windows/layouts.ts";

it("every struct has the size and the offsets that the table says", () => {
  const measured = measureLayouts(koffi);
  expect([...measured.keys()]).toEqual(Object.keys(layouts));
  // Confirmed by static assertions against MinGW's headers.
  expect(koffi.sizeof(measured.get("HTTP_SERVICE_CONFIG_SSL_SET") ?? "void")).toBe(88);
  expect(koffi.offsetof(measured.get("HTTP_SERVICE_CONFIG_SSL_SNI_SET") ?? "void", "ParamDesc")).toBe(136);
});

it("a member at another offset is named with its struct", () => {
  const wrong = { PAIR: { size: 16, members: { first: [0, "uint32"], second: [4, "pointer"] } } } as const;
  expect(() => measureLayouts(koffi, wrong)).toThrow(expect.objectContaining({ code: "internal", message: expect.stringContaining("second of PAIR lies at 8 on this machine, not at 4") }));
});

it("a struct of another size is named", () => {
  const wrong = { PAIR: { size: 12, members: { first: [0, "uint32"], second: [8, "pointer"] } } } as const;
  expect(() => measureLayouts(koffi, wrong)).toThrow(expect.objectContaining({ message: expect.stringContaining("PAIR has 16 bytes on this machine, not 12") }));
});
