// Starts the desktop shell unmodified on the stand-in: its main process from source, its preload as it is built.
// A test file that uses it mocks two modules: `electron` by the stand-in, and the console by `openScripted`.
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { build, loadConfigFromFile } from "vite";
import { expect, vi } from "vitest";
import { createHost, type CallName, type Envelope, type EventName, type Host } from "../../../app/host.ts";
import type { Console, ConsoleOptions } from "../../../main/console-port.ts";
import type * as standInModule from "./stand-in.ts";
import { launchChromium } from "../../chromium.ts";
import { createScriptedConsole, type ScriptedConsole } from "../../conformance/scripted-console.ts";

export const root = join(import.meta.dirname, "../../..");
type StandIn = typeof standInModule;

/** Launches the browser and builds the preload, once for a test file. */
export async function prepare(): Promise<{ readonly browser: Browser; readonly folder: string; readonly end: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-shell-"));
  await buildInto("scripts/vite.preload.ts", join(folder, "dist/electron"));
  await mkdir(join(folder, "userData"));
  const browser = await launchChromium();
  return {
    browser, folder,
    end: async () => {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One of the project's Vite builds, put elsewhere. */
export async function buildInto(config: string, outDir: string): Promise<void> {
  const loaded = await loadConfigFromFile({ command: "build", mode: "production" }, join(root, config), root, "silent");
  if (!loaded) throw new Error(`${config} cannot be read`);
  await build({ ...loaded.config, configFile: false, build: { ...loaded.config.build, outDir } });
}

/** A window of one page and one script, built as Vite leaves it. */
export async function writeSmallPages(folder: string): Promise<void> {
  const pages = join(folder, "dist/renderer");
  await mkdir(join(pages, ".vite"), { recursive: true });
  await mkdir(join(pages, "assets"), { recursive: true });
  await writeFile(join(pages, "index.html"), "<!doctype html><html lang=en><title>Lockstep</title><meta name=\"csp-nonce\" content=\"__CSP_NONCE__\"><link rel=icon href=\"data:,\"><script type=module src=\"/assets/main-0a1b2c3d.js\"></script><p>Lockstep</p></html>");
  await writeFile(join(pages, "assets/main-0a1b2c3d.js"), "const { value } = await window.lockstep.calls[\"machine.describe\"]({}); document.querySelector(\"p\").textContent = value.hostName;");
  await writeFile(join(pages, ".vite/manifest.json"), JSON.stringify({ "index.html": { file: "assets/main-0a1b2c3d.js", isEntry: true } }));
}

export async function useBuiltPages(folder: string): Promise<void> {
  await rm(join(folder, "dist/renderer"), { recursive: true, force: true });
  await cp(join(root, "dist/renderer"), join(folder, "dist/renderer"), { recursive: true });
}

/** What the mocked console module opens next, and with which options it was asked to. */
export const opening: { next: Console | Error; asked: ConsoleOptions | null } = { next: createScriptedConsole(), asked: null };
export function openScripted(options: ConsoleOptions): Promise<Console> {
  opening.asked = options;
  return opening.next instanceof Error ? Promise.reject(opening.next) : Promise.resolve(opening.next);
}

let starts = 0;

const until = (reached: () => boolean): Promise<void> => vi.waitFor(() => expect(reached()).toBe(true), { timeout: 20_000, interval: 10 });

export interface Shell {
  readonly electron: StandIn;
  readonly console: ScriptedConsole;
  /** Throws before there is a window. */
  readonly window: () => InstanceType<StandIn["BrowserWindow"]>;
  readonly page: () => Page;
  /** The contract through the real page and the real preload. */
  readonly host: () => Promise<Host>;
  readonly quit: () => Promise<void>;
}

/** Runs main.ts afresh. Resolves when it has a window on the screen, an error box, or has ended. */
export async function startShell(prepared: { readonly browser: Browser; readonly folder: string }, set: Partial<StandIn["standIn"]> = {}, console: ScriptedConsole | Error = createScriptedConsole()): Promise<Shell> {
  const electron = await import("electron") as unknown as StandIn;
  electron.reset();
  Object.assign(electron.standIn, { browser: prepared.browser, folder: prepared.folder, ...set });
  opening.next = console;
  opening.asked = null;
  // Under a new name each time, so that it runs afresh while everything it imports stays what the test imports.
  await import(/* @vite-ignore */ `${join(root, "main/electron/main.ts")}?start=${++starts}`);
  await until(() => electron.BrowserWindow.getAllWindows().some(({ shown }) => shown) || electron.standIn.exitCode !== null);

  const window = (): InstanceType<StandIn["BrowserWindow"]> => {
    const [first] = electron.BrowserWindow.getAllWindows();
    if (!first) throw new Error("there is no window");
    return first;
  };
  const page = (): Page => {
    const { page } = window().webContents;
    if (!page) throw new Error("the window has no page");
    return page;
  };
  return {
    electron, window, page,
    console: console instanceof Error ? createScriptedConsole() : console,
    host: () => hostThrough(page()),
    quit: async () => {
      electron.app.quit();
      await until(() => electron.standIn.exitCode === 0);
    },
  };
}

interface PageWindow {
  readonly lockstep: { readonly calls: Readonly<Record<string, (input: unknown) => Promise<unknown>>>; readonly events: Readonly<Record<string, (listener: (payload: unknown) => void) => () => void>> };
  readonly toTest: (name: string, payload: unknown) => void;
}

async function hostThrough(page: Page): Promise<Host> {
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  await page.exposeFunction("toTest", (name: string, payload: unknown) => {
    for (const listener of listeners.get(name) ?? []) listener(payload);
  });
  await page.evaluate(() => {
    const { lockstep, toTest } = globalThis as unknown as PageWindow;
    for (const [name, hear] of Object.entries(lockstep.events)) hear((payload) => toTest(name, payload));
  });
  return createHost({
    invoke: (name: CallName, input) => page.evaluate(([name, input]) => {
      const call = (globalThis as unknown as PageWindow).lockstep.calls[name];
      if (!call) throw new Error(`the preload exposes no ${name}`);
      return call(input);
    }, [name, input] as const) as Promise<Envelope>,
    subscribe: (name: EventName, listener) => {
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(listener));
      return () => void all.delete(listener);
    },
  });
}
