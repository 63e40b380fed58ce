// The desktop shell: one window, its pages by app://, its calls by IPC. All that Lockstep does happens in the console.
import { join } from "node:path";
import { app, BrowserWindow, dialog, ipcMain, Menu, nativeTheme, protocol, screen, session } from "electron";
import { missingCryptography } from "../../app/certificates/self-test.ts";
import { asLockstepError } from "../../app/errors.ts";
import { openConsole } from "../console.ts";
import type { Console } from "../console-port.ts";
import { loadPages } from "../web/pages.ts";
import { consoleOptions } from "./arguments.ts";
import { announceTo, answerCalls } from "./ipc.ts";
import { guardNavigation } from "./navigation.ts";
import { guardPermissions } from "./permissions.ts";
import { answerAppRequest, appOrigin, scheme } from "./protocol.ts";
import { readPlace, windowOptions, writePlace } from "./window.ts";

app.enableSandbox();
protocol.registerSchemesAsPrivileged([scheme]);
app.on("web-contents-created", (_, contents) => guardNavigation(contents));

if (app.requestSingleInstanceLock()) {
  app.whenReady().then(start).catch(giveUp);
} else {
  app.quit();
}

async function start(): Promise<void> {
  Menu.setApplicationMenu(null);
  guardPermissions(session.defaultSession);
  const pages = await loadPages(built("renderer"));
  protocol.handle(scheme.scheme, (request) => answerAppRequest(pages, request));

  const lockstep = await openConsole({ ...consoleOptions(process.argv.slice(app.isPackaged ? 1 : 2)), resident: true });
  closeBeforeQuitting(lockstep);
  answerCalls(ipcMain, lockstep.implementation);
  lockstep.subscribe(announceTo(() => BrowserWindow.getAllWindows().map(({ webContents }) => webContents)));

  app.on("second-instance", showWindow);
  app.on("window-all-closed", () => app.quit());
  await openWindow();
  void tellMissingCryptography();
}

/** Electron's cryptography is another one than Node's: what certificates need of it is tried at every start, once the window is there. */
async function tellMissingCryptography(): Promise<void> {
  const missing = await missingCryptography();
  if (missing.length === 0) return;
  dialog.showErrorBox("Some certificates and signatures cannot be read", `This build of Lockstep lacks: ${missing.join(", ")}.\n\nWhat needs it is refused. The command line is not affected.`);
}

async function openWindow(): Promise<void> {
  const placeFile = join(app.getPath("userData"), "window.json");
  const place = readPlace(placeFile, screen.getAllDisplays().map(({ workArea }) => workArea));
  const window = new BrowserWindow(windowOptions({
    preload: built("electron", "preload.cjs"),
    packaged: app.isPackaged,
    dark: nativeTheme.shouldUseDarkColors,
    place,
  }));
  if (place?.maximised) window.maximize();
  window.once("ready-to-show", () => window.show());
  window.on("close", () => writePlace(placeFile, { bounds: window.getNormalBounds(), maximised: window.isMaximized() }));
  await window.loadURL(`${appOrigin}/`);
}

/** Whoever starts Lockstep twice gets the window that is there. */
function showWindow(): void {
  const [window] = BrowserWindow.getAllWindows();
  if (window?.isMinimized()) window.restore();
  window?.focus();
}

/** The program ends only when the console has: a change under way is carried to its end, or put back. */
function closeBeforeQuitting(lockstep: Console): void {
  let state: "open" | "closing" | "closed" = "open";
  app.on("will-quit", (event) => {
    if (state === "closed") return;
    event.preventDefault();
    if (state === "closing") return;
    state = "closing";
    void lockstep.close().catch(() => undefined).then(() => {
      state = "closed";
      app.quit();
    });
  });
}

function giveUp(thrown: unknown): void {
  const { message, hint, code } = asLockstepError(thrown).report();
  dialog.showErrorBox("Lockstep cannot start", `${message}\n\n${hint}\n\n${code}`);
  app.exit(1);
}

/** Path of something that was built, packaged or not. */
function built(...names: readonly string[]): string {
  return join(app.getAppPath(), "dist", ...names);
}
