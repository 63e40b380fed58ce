// Opening the person's own browser.
import { expect, it } from "vitest";
import { browserCommand, openBrowser } from "../../main/browser.ts";

const address = "http://127.0.0.1:8123/#token=a&b^c%d";

it("passes the address as one argument, through no shell", () => {
  expect(browserCommand(address, "win32", {})).toEqual(["rundll32.exe", "url.dll,FileProtocolHandler", address]);
  expect(browserCommand(address, "darwin", {})).toEqual(["open", address]);
  expect(browserCommand(address, "linux", { DISPLAY: ":0" })).toEqual(["xdg-open", address]);
  expect(browserCommand(address, "linux", { WAYLAND_DISPLAY: "wayland-0" })).toEqual(["xdg-open", address]);
});

it("is not tried where nothing could be shown", () => {
  expect(browserCommand(address, "linux", {})).toBeNull();
  expect(browserCommand(address, "linux", { DISPLAY: "" })).toBeNull();
});

it("that fails is not an error", async () => {
  openBrowser(address, { DISPLAY: ":99" });
  await new Promise((resolve) => setTimeout(resolve, 200));
});
