// What a page may ask of the computer, question by question.
import { describe, expect, it } from "vitest";
import { guardPermissions, isGranted } from "../../../main/electron/permissions.ts";
import type { Session } from "electron";

const asked = ["ar", "background-sync", "clipboard-read", "deprecated-sync-clipboard-read", "display-capture", "fileSystem", "fullscreen", "geolocation", "hid", "idle-detection", "keyboardLock", "local-fonts", "local-network-access", "media", "mediaKeySystem", "midi", "midiSysex", "notifications", "openExternal", "persistent-storage", "pointerLock", "sensors", "serial", "speaker-selection", "storage-access", "usb", "window-management", "unknown", "something new"];

describe("a permission", () => {
  it("is granted for what the table names: writing to the clipboard", () => {
    expect(isGranted("clipboard-sanitized-write", "app://lockstep/", true)).toBe(true);
  });

  it.each(asked)("%s is denied", (permission) => {
    expect(isGranted(permission, "app://lockstep/", true)).toBe(false);
  });

  it.each(["https://elsewhere.invalid/", "app://elsewhere/", "app://lockstep.elsewhere/", "file:///", ""])("is denied to %s, whatever is asked", (url) => {
    expect(isGranted("clipboard-sanitized-write", url, true)).toBe(false);
  });

  it("is denied to frames inside the page", () => {
    expect(isGranted("clipboard-sanitized-write", "app://lockstep/", false)).toBe(false);
  });

  it("is answered alike whether it is asked or checked; devices and screens are never handed out", () => {
    const set: Record<string, (...args: unknown[]) => unknown> = {};
    const keep = (name: string) => (handler: unknown) => void (set[name] = handler as (...args: unknown[]) => unknown);
    guardPermissions({
      setPermissionRequestHandler: keep("request"), setPermissionCheckHandler: keep("check"), setDevicePermissionHandler: keep("device"), setDisplayMediaRequestHandler: keep("screen"),
    } as unknown as Session);
    for (const permission of ["clipboard-sanitized-write", ...asked]) {
      const expected = permission === "clipboard-sanitized-write";
      const details = { isMainFrame: true, requestingUrl: "app://lockstep/" };
      set["request"]?.(null, permission, (granted: boolean) => expect(granted).toBe(expected), details);
      expect(set["check"]?.(null, permission, "app://lockstep/", details)).toBe(expected);
      expect(set["check"]?.(null, permission, "https://elsewhere.invalid/", details)).toBe(false);
    }
    expect(set["device"]?.({ deviceType: "usb" })).toBe(false);
    set["screen"]?.({}, (streams: unknown) => expect(streams).toBeNull());
    expect.hasAssertions();
  });
});
