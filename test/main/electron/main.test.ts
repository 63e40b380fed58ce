// The desktop shell as a whole: main process and preload unmodified, its window a page of a real Chromium.
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { callNames, eventNames } from "../../../app/contract-names.ts";
import { problem } from "../../../app/errors.ts";
import { hasChromium } from "../../chromium.ts";
import { createScriptedConsole } from "../../conformance/scripted-console.ts";
import { opening, prepare, root, startShell, useBuiltPages, writeSmallPages, type Shell } from "./shell.ts";
import { invoke } from "./stand-in.ts";

vi.mock("electron", () => import("./stand-in.ts"));
vi.mock("../../../main/console.ts", async () => ({ openConsole: (await import("./shell.ts")).openScripted }));

let prepared: Awaited<ReturnType<typeof prepare>>;
let shell: Shell | null = null;
beforeAll(async () => {
  prepared = await prepare();
  await writeSmallPages(prepared.folder);
});
afterAll(() => prepared.end());
afterEach(async () => {
  if (shell?.electron.standIn.exitCode === null) await shell.quit();
  shell = null;
  await rm(join(prepared.folder, "userData/window.json"), { force: true });
});
const start = async (...args: Parameters<typeof startShell> extends [unknown, ...infer Rest] ? Rest : never): Promise<Shell> => (shell = await startShell(prepared, ...args));

describe.skipIf(!hasChromium)("the window", () => {
  it("shows the page, which talks to the console through the preload", async () => {
    const { page } = await start();
    await expect.poll(() => page().textContent("p")).toBe("clinic-7.example.org");
  });

  it("is sandboxed in every way there is, and cannot be told otherwise by a default", async () => {
    const { window, electron } = await start();
    expect(electron.standIn.sandboxed).toBe(true);
    expect(window().options.webPreferences).toEqual({
      preload: join(prepared.folder, "dist/electron/preload.cjs"),
      sandbox: true, contextIsolation: true, nodeIntegration: false, nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false,
      webSecurity: true, allowRunningInsecureContent: false, webviewTag: false, navigateOnDragDrop: false, spellcheck: false, devTools: true,
    });
    expect(electron.standIn.menu).toBeNull();
  });

  it("has app:// registered as standard and secure, and not a privilege more", async () => {
    const { electron } = await start();
    expect(electron.standIn.schemes).toEqual([{ scheme: "app", privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
  });

  it("is shown only when it is drawn, on a ground of the system's own shade", async () => {
    const { window } = await start({ dark: true });
    expect(window().options).toMatchObject({ show: false, backgroundColor: "#202020" });
    expect(window().shown).toBe(true);
  });

  it("opens where it stood last, as large as it was", async () => {
    const first = await start();
    first.window().bounds = { x: 120, y: 80, width: 900, height: 700 };
    first.window().maximised = true;
    await first.quit();
    const second = await start();
    expect(second.window().options).toMatchObject({ x: 120, y: 80, width: 900, height: 700 });
    expect(second.window().maximised).toBe(true);
  });

  it.each([["on a screen that is gone", { bounds: { x: 5000, y: 80, width: 900, height: 700 }, maximised: false }], ["above the screen", { bounds: { x: 0, y: -400, width: 900, height: 700 }, maximised: false }], ["too small to use", { bounds: { x: 0, y: 0, width: 1, height: 1 }, maximised: false }], ["in a form nobody knows", ["x"]]])(
    "that stood %s opens in the usual place", async (_, kept) => {
      await writeFile(join(prepared.folder, "userData/window.json"), JSON.stringify(kept));
      const { window } = await start();
      expect(window().options).toMatchObject({ width: 1180, height: 800 });
      expect(window().options.x).toBeUndefined();
    });
});

describe.skipIf(!hasChromium)("the page", () => {
  it("is served with the content policy and a nonce of its own at each load", async () => {
    const { page } = await start();
    const load = async (): Promise<string> => {
      const response = await page().reload();
      const policy = response?.headers()["content-security-policy"] ?? "";
      const nonce = /style-src 'self' 'nonce-([\w+/=]+)'/.exec(policy)?.[1] ?? "none";
      expect(policy).toContain("default-src 'none'; script-src 'self';");
      expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
      expect(response?.headers()["x-content-type-options"]).toBe("nosniff");
      expect(await page().getAttribute("meta[name=csp-nonce]", "content")).toBe(nonce);
      return nonce;
    };
    expect(await load()).not.toBe(await load());
  });

  it("runs no script that is not a file of ours, and turns no text into one", async () => {
    const { page, electron } = await start();
    const violations = await page().evaluate(async () => {
      const seen: string[] = [];
      const script = document.createElement("script");
      try {
        script.textContent = "window.injected = true";
      } catch {
        seen.push("refused");
      }
      document.body.append(script);
      try {
        document.body.innerHTML = "<img src=x onerror='window.injected = true'>";
      } catch {
        seen.push("refused");
      }
      await fetch("https://elsewhere.invalid/").catch(() => seen.push("no fetch"));
      return { seen, injected: "injected" in window };
    });
    expect(violations).toEqual({ injected: false, seen: ["refused", "refused", "no fetch"] });
    expect(electron.standIn.strayRequests).toEqual([]);
  });

  it("finds nothing that is not on the list of built files", async () => {
    const { page } = await start();
    const statuses = await page().evaluate(() => Promise.all(["/.vite/manifest.json", "/index.html", "/../electron/preload.cjs", "/%2e%2e/electron/preload.cjs", "/assets/none.js"].map(async (path) => (await fetch(path)).status)));
    expect(statuses).toEqual([404, 404, 404, 404, 404]);
  });

  it("has one function for each member of the contract, and nothing else of Electron or Node", async () => {
    const { page } = await start();
    const found = await page().evaluate(() => {
      const { lockstep } = globalThis as unknown as { lockstep: Record<string, Record<string, unknown>> };
      return { groups: Object.keys(lockstep), calls: Object.keys(lockstep["calls"] ?? {}), events: Object.keys(lockstep["events"] ?? {}), more: ["require", "process", "ipcRenderer", "Buffer", "global"].filter((name) => name in globalThis) };
    });
    expect(found).toEqual({ groups: ["calls", "events"], calls: callNames, events: eventNames, more: [] });
  });

  it.each(["https://elsewhere.invalid/", "http://127.0.0.1:1/", "https://lockstep.invalid.elsewhere.invalid/"])("cannot be led away to %s", async (url) => {
    const { page, electron } = await start();
    const before = page().url();
    await page().evaluate((url) => void (location.href = url), url);
    await page().waitForTimeout(300);
    expect(page().url()).toBe(before);
    expect(electron.standIn.strayRequests).toEqual([]);
  });

  it("opens no other window, by script or by link", async () => {
    const { page, electron } = await start();
    await page().evaluate(() => {
      window.open("https://elsewhere.invalid/");
      const link = Object.assign(document.createElement("a"), { href: "https://elsewhere.invalid/", target: "_blank", textContent: "elsewhere" });
      document.body.append(link);
      link.click();
    });
    await expect.poll(() => electron.standIn.windowOpenAnswers).toEqual(["deny", "deny"]);
    expect(electron.standIn.strayRequests).toEqual([]);
  });

  it("may write to the clipboard, and do nothing else that needs to be asked for", async () => {
    const { page } = await start();
    const states = await page().evaluate(async () => {
      await navigator.clipboard.writeText("AB12");
      const names = ["clipboard-read", "geolocation", "notifications", "camera", "microphone"] as unknown as PermissionName[];
      return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state));
    });
    expect(states).not.toContain("granted");
  });
});

describe.skipIf(!hasChromium)("a call from elsewhere", () => {
  const own = { origin: "app://lockstep", parent: null };
  const channel = "lockstep:call:machine.describe";

  it("from the top frame of our page is answered", async () => {
    await start();
    expect(await invoke(channel, {}, own)).toMatchObject({ ok: true, value: { kind: "practice" } });
  });

  it("from any other frame is refused", async () => {
    await start();
    const others = [
      ["a frame that is gone", null], ["a frame inside our page", { ...own, parent: own }], ["a page of another origin", { ...own, origin: "https://elsewhere.invalid" }], ["a page without an origin", { ...own, origin: "null" }],
      ["a file", { ...own, origin: "file://" }], ["another host of our scheme", { ...own, origin: "app://elsewhere" }], ["a look-alike", { ...own, origin: "app://lockstep.elsewhere" }],
    ] as const;
    for (const [who, frame] of others) expect(await invoke(channel, {}, frame), who).toMatchObject({ ok: false, error: { code: "not-allowed" } });
  });

  it("from a frame inside our page is refused in a real Chromium too", async () => {
    const { page } = await start();
    const answer = await page().evaluate(() => {
      const frame = document.createElement("iframe");
      document.body.append(frame);
      const inner = frame.contentWindow as unknown as { bridge: (path: string[], input: unknown) => Promise<unknown> };
      return inner.bridge(["lockstep", "calls", "machine.describe"], {});
    });
    expect(answer).toMatchObject({ ok: false, error: { code: "not-allowed" } });
  });

  it("on a channel that the contract does not know has no one to answer it", async () => {
    await start();
    await expect(invoke("lockstep:call:machine.destroy", {}, own)).rejects.toThrow("No handler registered");
    await expect(invoke("lockstep:call:plan.progress", {}, own)).rejects.toThrow("No handler registered");
  });

  it("with what the contract does not allow is refused and not passed on", async () => {
    const { console } = await start();
    expect(await invoke("lockstep:call:certificate.inspect", { files: [], password: "pw", surplus: 1 }, own)).toMatchObject({ ok: false, error: { code: "input-invalid" } });
    expect(console.received).toEqual([]);
  });
});

describe.skipIf(!hasChromium)("the program", () => {
  it("is there once: whoever starts it again gets the window that is open", async () => {
    const { electron } = await start({ firstInstance: false });
    expect(electron.standIn.exitCode).toBe(0);
    expect(electron.BrowserWindow.getAllWindows()).toEqual([]);
    const first = await start();
    first.window().minimised = true;
    first.electron.app.emit("second-instance");
    expect(first.window()).toMatchObject({ minimised: false, focused: true });
  });

  it("ends when its window is closed, but not before the console has let go", async () => {
    const console = createScriptedConsole();
    let letGo: () => void = () => undefined;
    const { window, electron } = await start({}, { ...console, close: () => new Promise((resolve) => { letGo = resolve; }) });
    window().close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(electron.standIn.exitCode).toBeNull();
    electron.app.quit();
    expect(electron.standIn.exitCode).toBeNull();
    letGo();
    await expect.poll(() => electron.standIn.exitCode).toBe(0);
  });

  it("owns the practice machine, and opens the machine that its arguments name", async () => {
    await start();
    expect(opening.asked).toEqual({ resident: true });
  });

  it("says in a box why it cannot start, and ends", async () => {
    const { electron } = await start({}, problem("practice-unusable", { directory: "/practice", reason: "it is full" }));
    expect(electron.standIn.exitCode).toBe(1);
    expect(electron.standIn.errorBoxes).toEqual([{ title: "Lockstep cannot start", content: expect.stringContaining("/practice cannot be used: it is full") as string }]);
  });
});

describe.skipIf(!hasChromium)("the real window", () => {
  const isBuilt = existsSync(join(root, "dist/renderer/.vite/manifest.json"));
  it.skipIf(!isBuilt)("shows the Overview in the desktop shell, without a single breach of the policy", async () => {
    await useBuiltPages(prepared.folder);
    try {
      const started = await start();
      const complaints: string[] = [];
      started.page().on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      await started.page().reload();
      await started.page().getByRole("heading", { name: "Overview" }).first().waitFor();
      await started.page().getByText("default", { exact: false }).first().waitFor();
      expect(complaints).toEqual([]);
      expect(started.electron.standIn.strayRequests).toEqual([]);
    } finally {
      await rm(join(prepared.folder, "dist/renderer"), { recursive: true });
      await writeSmallPages(prepared.folder);
    }
  });
});

describe.skipIf(!hasChromium)("the preload", () => {
  it("is one CommonJS file that asks for nothing but electron, as a sandboxed one must", async () => {
    const code = await readFile(join(prepared.folder, "dist/electron/preload.cjs"), "utf8");
    expect([...code.matchAll(/require\(([^)]*)\)/g)].map(([, name]) => name)).toEqual(["\"electron\""]);
    expect(code).not.toMatch(/^\s*(import|export)\s|import\(/m);
    expect(code.length).toBeLessThan(8_000);
  });
});
