// A stand-in for the `electron` module, typed against electron.d.ts, whose windows are pages of a real Chromium.
//
// What is real: the pages, their scripts, the content policy, frames and origins, the built preload's own code.
// What is played: the app:// scheme becomes https://lockstep.invalid, answered by the registered handler; the preload
// runs beside the page and its functions are bridged into it; arguments and results are cloned as IPC clones them.
import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import type { Browser, BrowserContext, Frame, Page, Request as PlaywrightRequest, Route } from "@playwright/test";
import type * as Electron from "electron";

const mappedOrigin = "https://lockstep.invalid";
const toChromium = (url: string): string => url.replace(/^app:\/\/lockstep(?=\/|$)/, mappedOrigin);
const fromChromium = (url: string): string => url.replace(/^https:\/\/lockstep\.invalid(?=\/|$)/, "app://lockstep");

type PermissionRequest = NonNullable<Parameters<Electron.Session["setPermissionRequestHandler"]>[0]>;
type PermissionCheck = NonNullable<Parameters<Electron.Session["setPermissionCheckHandler"]>[0]>;
type DeviceCheck = NonNullable<Parameters<Electron.Session["setDevicePermissionHandler"]>[0]>;
type ScreenRequest = NonNullable<Parameters<Electron.Session["setDisplayMediaRequestHandler"]>[0]>;
type Permission = Parameters<PermissionCheck>[1];
type Handler = Parameters<Electron.IpcMain["handle"]>[1];

const atFirst = () => ({
  browser: null as Browser | null,
  /** Folder that holds dist/ and the user's data. */
  folder: "",
  firstInstance: true,
  dark: false,
  schemes: [] as readonly Electron.CustomScheme[],
  sandboxed: false,
  menu: undefined as Electron.Menu | null | undefined,
  errorBoxes: [] as { title: string; content: string }[],
  /** The exit code once the program has ended; null while it runs. */
  exitCode: null as number | null,
  /** Addresses outside app:// that a page tried to reach over the network. */
  strayRequests: [] as string[],
  windowOpenAnswers: [] as string[],
});

/** What a test sets before the shell starts, and sees afterwards. */
export const standIn = atFirst();

/** A program that was never started. */
export function reset(): void {
  Object.assign(standIn, atFirst());
  ready = false;
  appHandler = null;
  handlers.clear();
  windows.clear();
  app.removeAllListeners();
  Object.assign(defaultSession, new StandInSession());
}

let ready = false;
let appHandler: ((request: Request) => Response | Promise<Response>) | null = null;
const handlers = new Map<string, Handler>();
const windows = new Set<BrowserWindow>();
const caller = new AsyncLocalStorage<Frame>();

const beforeReady = (what: string): void => {
  if (ready) throw new Error(`${what} must be called before the app is ready`);
};

interface Preventable { readonly url: string; readonly defaultPrevented: boolean; readonly preventDefault: () => void }
function preventable(url = ""): Preventable {
  let prevented = false;
  return { url, get defaultPrevented() { return prevented; }, preventDefault: () => { prevented = true; } };
}

class StandInApp extends EventEmitter {
  readonly isPackaged = false;
  enableSandbox(): void {
    beforeReady("app.enableSandbox");
    standIn.sandboxed = true;
  }
  requestSingleInstanceLock(): boolean {
    return standIn.firstInstance;
  }
  async whenReady(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    ready = true;
  }
  getAppPath(): string {
    return standIn.folder;
  }
  getPath(name: string): string {
    return join(standIn.folder, name);
  }
  quit(): void {
    for (const window of windows) window.close();
    const event = preventable();
    this.emit("will-quit", event);
    if (!event.defaultPrevented) this.exit(0);
  }
  exit(code = 0): void {
    standIn.exitCode ??= code;
  }
}

class WebContents extends EventEmitter {
  page: Page | null = null;
  openHandler: Parameters<Electron.WebContents["setWindowOpenHandler"]>[0] | null = null;
  readonly #received = new Set<(channel: string, payload: unknown) => void>();
  isDestroyed(): boolean {
    return this.page === null || this.page.isClosed();
  }
  send(channel: string, ...args: unknown[]): void {
    for (const received of this.#received) received(channel, structuredClone(args[0]));
  }
  setWindowOpenHandler(handler: Parameters<Electron.WebContents["setWindowOpenHandler"]>[0]): void {
    this.openHandler = handler;
  }
  /** What the preload's ipcRenderer listens through. */
  onSend(received: (channel: string, payload: unknown) => void): void {
    this.#received.add(received);
  }
}

export class BrowserWindow extends EventEmitter {
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly webContents = new WebContents();
  shown = false;
  focused = false;
  maximised = false;
  minimised = false;
  bounds: Electron.Rectangle;

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    if (!ready) throw new Error("a window cannot be made before the app is ready");
    this.options = options;
    this.bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 };
    windows.add(this);
    app.emit("web-contents-created", preventable(), this.webContents);
  }

  show(): void { this.shown = true; }
  focus(): void { this.focused = true; }
  maximize(): void { this.maximised = true; }
  restore(): void { this.minimised = false; }
  isMaximized(): boolean { return this.maximised; }
  isMinimized(): boolean { return this.minimised; }
  getNormalBounds(): Electron.Rectangle { return this.bounds; }

  async loadURL(url: string): Promise<void> {
    if (!standIn.browser) throw new Error("the stand-in has no browser");
    const context = await standIn.browser.newContext({ permissions: grantedPermissions() });
    await context.route("**/*", (route) => this.#answer(route));
    await bridgePreload(context, this.webContents, String(this.options.webPreferences?.preload));
    this.webContents.page = await context.newPage();
    await this.webContents.page.goto(toChromium(url));
    this.emit("ready-to-show");
  }

  close(): void {
    if (!windows.has(this)) return;
    const event = preventable();
    this.emit("close", event);
    if (event.defaultPrevented) return;
    windows.delete(this);
    void this.webContents.page?.context().close();
    this.emit("closed");
    if (windows.size === 0) setImmediate(() => app.emit("window-all-closed"));
  }

  /** Requests of this window: our scheme goes to the registered handler; a navigation elsewhere is announced first, then let through to a page that would betray it. */
  async #answer(route: Route): Promise<void> {
    const request = route.request();
    const url = fromChromium(request.url());
    const frame = request.isNavigationRequest() ? frameOf(request) : null;
    if (frame === "none yet") {
      // A new window's first request; Electron would have asked before there was one.
      const answer = this.webContents.openHandler?.({ url } as Electron.HandlerDetails) ?? { action: "allow" };
      standIn.windowOpenAnswers.push(answer.action);
      if (answer.action === "deny") return route.abort("aborted");
    }
    const first = frame !== "none yet" && frame?.parentFrame() === null && frame.page() === this.webContents.page && frame.url() === "about:blank";
    if (frame && frame !== "none yet" && !first && frame.page() === this.webContents.page) {
      const event = preventable(url);
      this.webContents.emit("will-frame-navigate", event);
      if (frame.parentFrame() === null) this.webContents.emit("will-navigate", event);
      if (event.defaultPrevented) return route.abort("aborted");
    }
    if (url.startsWith("app://") && appHandler) {
      const response = await appHandler(new Request(url, { method: request.method() }));
      return route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body: Buffer.from(await response.arrayBuffer()) });
    }
    standIn.strayRequests.push(url);
    return route.fulfill({ status: 200, contentType: "text/html", body: "<title>elsewhere</title>" });
  }
}

/** The frame that navigates; a window that is just being opened has none yet. */
function frameOf(request: PlaywrightRequest): Frame | "none yet" {
  try {
    return request.frame();
  } catch {
    return "none yet";
  }
}

/** Permissions that Chromium is told to grant: those that the registered check allows to the window's own page. */
function grantedPermissions(): string[] {
  const names = { "clipboard-write": "clipboard-sanitized-write", "clipboard-read": "clipboard-read", "geolocation": "geolocation", "notifications": "notifications" } as const;
  return Object.entries(names).flatMap(([chromium, electron]) => (defaultSession.check(electron) ? [chromium] : []));
}

class StandInSession {
  request: PermissionRequest | null = null;
  permissionCheck: PermissionCheck | null = null;
  device: DeviceCheck | null = null;
  screen: ScreenRequest | null = null;
  setPermissionRequestHandler(handler: PermissionRequest | null): void { this.request = handler; }
  setPermissionCheckHandler(handler: PermissionCheck | null): void { this.permissionCheck = handler; }
  setDevicePermissionHandler(handler: DeviceCheck | null): void { this.device = handler; }
  setDisplayMediaRequestHandler(handler: ScreenRequest | null): void { this.screen = handler; }
  /** As Chromium checks silently. Without a handler Electron allows everything. */
  check(permission: Permission, origin = "app://lockstep/", isMainFrame = true): boolean {
    return this.permissionCheck?.(null, permission, origin, { isMainFrame, requestingUrl: origin }) ?? true;
  }
  /** As Chromium asks the person. */
  ask(permission: Permission, url = "app://lockstep/", isMainFrame = true): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.request) this.request(null as unknown as Electron.WebContents, permission, resolve, { isMainFrame, requestingUrl: url });
      else resolve(true);
    });
  }
}
const defaultSession = new StandInSession();

export const app = new StandInApp();
export const session = { defaultSession };
export const Menu = { setApplicationMenu: (menu: Electron.Menu | null): void => { standIn.menu = menu; } };
export const dialog = { showErrorBox: (title: string, content: string): void => void standIn.errorBoxes.push({ title, content }) };
export const nativeTheme = { get shouldUseDarkColors(): boolean { return standIn.dark; } };
export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }] };
export const protocol = {
  registerSchemesAsPrivileged: (schemes: Electron.CustomScheme[]): void => {
    beforeReady("protocol.registerSchemesAsPrivileged");
    standIn.schemes = schemes;
  },
  handle: (scheme: string, handler: (request: Request) => Response | Promise<Response>): void => {
    if (!standIn.schemes.some((known) => known.scheme === scheme)) throw new Error(`${scheme} was not registered as privileged`);
    appHandler = handler;
  },
};
export const ipcMain = {
  handle: (channel: string, handler: Handler): void => {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    handlers.set(channel, handler);
  },
};

/** A call from any frame, as the browser process receives it: by channel, with what a page of that frame may clone. */
export async function invoke(channel: string, input: unknown, senderFrame: { readonly origin: string; readonly parent: object | null } | null): Promise<unknown> {
  const handler = handlers.get(channel);
  if (!handler) throw new Error(`No handler registered for '${channel}'`);
  return structuredClone(await (handler as (event: object, input: unknown) => unknown)({ senderFrame }, structuredClone(input)));
}

function electronFrame(frame: Frame | undefined): { origin: string; parent: object | null } | null {
  if (!frame) return null;
  const url = new URL(frame.url() === "about:blank" ? (frame.parentFrame()?.url() ?? "about:blank") : frame.url());
  return { origin: fromChromium(url.origin), parent: frame.parentFrame() };
}

type Exposed = Readonly<Record<string, Readonly<Record<string, (argument: unknown) => unknown>>>>;

/** Runs the built preload and puts what it exposes into every page of the context. */
async function bridgePreload(context: BrowserContext, contents: WebContents, file: string): Promise<void> {
  const exposed = new Map<string, Exposed>();
  const listening = new EventEmitter().setMaxListeners(0);
  contents.onSend((channel, payload) => listening.emit(channel, {}, payload));
  const modules: Readonly<Record<string, unknown>> = {
    electron: {
      contextBridge: { exposeInMainWorld: (key: string, api: Exposed) => exposed.set(key, api) },
      ipcRenderer: {
        invoke: (channel: string, input: unknown) => invoke(channel, input, electronFrame(caller.getStore())),
        on: (channel: string, listener: (...args: unknown[]) => void) => listening.on(channel, listener),
        off: (channel: string, listener: (...args: unknown[]) => void) => listening.off(channel, listener),
      } satisfies { [Name in "invoke" | "on" | "off"]: unknown } & Partial<Record<keyof Electron.IpcRenderer, unknown>>,
    },
  };
  // A sandboxed preload may ask for little more than electron.
  const require = (name: string): unknown => {
    const found = modules[name];
    if (!found) throw new Error(`module not found: ${name}`);
    return found;
  };
  const run = compileFunction(readFileSync(file, "utf8"), ["require", "exports", "module"], { filename: file }) as (...scope: unknown[]) => void;
  run(require, {}, { exports: {} });

  const endings = new Map<string, () => void>();
  // What a page of this context calls, and in which frame.
  await context.exposeBinding("bridge", ({ frame }, path: readonly [string, string, string], argument: unknown) => {
    const [key, group, name] = path;
    const answer = exposed.get(key)?.[group]?.[name];
    if (!answer) throw new Error(`nothing is exposed as ${path.join(".")}`);
    return caller.run(frame, () => answer(argument));
  });
  await context.exposeBinding("bridgeHear", ({ page }, path: readonly [string, string, string], id: string) => {
    const [key, group, name] = path;
    const end = exposed.get(key)?.[group]?.[name]?.((payload: unknown) => {
      if (!page.isClosed()) void page.evaluate(([id, payload]) => (globalThis as unknown as { heard: (id: unknown, payload: unknown) => void }).heard(id, payload), [id, payload]).catch(() => undefined);
    });
    endings.set(id, end as () => void);
  });
  await context.exposeBinding("bridgeEnd", (_, id: string) => endings.get(id)?.());

  const shape = [...exposed].map(([key, api]) => [key, Object.entries(api).map(([group, functions]) => [group, Object.keys(functions)] as const)] as const);
  await context.addInitScript((shape) => {
    const page = globalThis as unknown as Record<string, unknown> & { bridge: (path: string[], argument: unknown) => Promise<unknown>; bridgeHear: (path: string[], id: string) => Promise<void>; bridgeEnd: (id: string) => Promise<void> };
    const listeners = new Map<string, (payload: unknown) => void>();
    page["heard"] = (id: string, payload: unknown) => listeners.get(id)?.(payload);
    for (const [key, groups] of shape) {
      page[key] = Object.fromEntries(groups.map(([group, names]) => [group, Object.fromEntries(names.map((name) => [name, group !== "events"
        ? (argument: unknown) => page.bridge([key, group, name], argument)
        : (listener: (payload: unknown) => void) => {
          const id = `${name}#${listeners.size}`;
          listeners.set(id, listener);
          void page.bridgeHear([key, group, name], id);
          return () => {
            listeners.delete(id);
            listeners.set(`${id} ended`, () => undefined);
            void page.bridgeEnd(id);
          };
        }]))]));
    }
  }, shape);
}

// Where the stand-in and electron.d.ts part ways, this does not compile.
({ app, session, Menu, dialog, nativeTheme, protocol, ipcMain }) satisfies {
  readonly app: Pick<Electron.App, "isPackaged" | "enableSandbox" | "requestSingleInstanceLock" | "whenReady" | "getAppPath" | "getPath" | "quit" | "exit">;
  readonly session: { readonly defaultSession: Pick<Electron.Session, "setPermissionRequestHandler" | "setPermissionCheckHandler" | "setDevicePermissionHandler" | "setDisplayMediaRequestHandler"> };
  readonly Menu: Pick<typeof Electron.Menu, "setApplicationMenu">;
  readonly dialog: Pick<Electron.Dialog, "showErrorBox">;
  readonly nativeTheme: Pick<Electron.NativeTheme, "shouldUseDarkColors">;
  readonly protocol: Pick<Electron.Protocol, "registerSchemesAsPrivileged"> & { readonly handle: unknown };
  readonly ipcMain: Pick<Electron.IpcMain, "handle">;
};
BrowserWindow satisfies new (options: Electron.BrowserWindowConstructorOptions) => Pick<Electron.BrowserWindow, "show" | "focus" | "maximize" | "restore" | "isMaximized" | "isMinimized" | "getNormalBounds" | "loadURL" | "close">;
