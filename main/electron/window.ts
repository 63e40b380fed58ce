// The window: how it is made, and where it stood last.
import { readFileSync, writeFileSync } from "node:fs";
import type { BrowserWindowConstructorOptions, Rectangle } from "electron";
import { z } from "zod";

const smallest = { width: 640, height: 480 } as const;
const usual = { width: 1180, height: 800 } as const;

const whole = z.number().int().min(-100_000).max(100_000);
const placeSchema = z.strictObject({
  bounds: z.strictObject({ x: whole, y: whole, width: whole.min(smallest.width), height: whole.min(smallest.height) }),
  maximised: z.boolean(),
});
/** Where a window stands, in device-independent pixels. */
export type Place = Readonly<z.infer<typeof placeSchema>>;

export interface WindowSettings {
  /** Absolute path of the built preload. */
  readonly preload: string;
  /** A packaged program has no developer tools. */
  readonly packaged: boolean;
  readonly dark: boolean;
  readonly place: Place | null;
}

/** Every switch of the sandbox is named, also where the default would do, so that no default can change it. */
export function windowOptions({ preload, packaged, dark, place }: WindowSettings): BrowserWindowConstructorOptions {
  return {
    ...(place ? place.bounds : usual),
    minWidth: smallest.width,
    minHeight: smallest.height,
    title: "Lockstep",
    show: false,
    autoHideMenuBar: true,
    // What stands behind the page until it is drawn.
    backgroundColor: dark ? "#202020" : "#f3f3f3",
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !packaged,
    },
  };
}

/** The place kept in a file, when there is one and it still lies on one of the screens; else null. */
export function readPlace(file: string, screens: readonly Rectangle[]): Place | null {
  try {
    const place = placeSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    return screens.some((screen) => overlaps(screen, place.bounds)) ? place : null;
  } catch {
    return null;
  }
}

/** Keeps a place. Losing it costs the person one drag, so a disk that refuses is not told of. */
export function writePlace(file: string, place: Place): void {
  try {
    writeFileSync(file, JSON.stringify(place));
  } catch {
    // Opened at the usual place next time.
  }
}

/** At least a hand's breadth of the title bar must be reachable. */
function overlaps(screen: Rectangle, bounds: Rectangle): boolean {
  const reach = 100;
  return bounds.x + bounds.width > screen.x + reach && bounds.x < screen.x + screen.width - reach &&
    bounds.y >= screen.y && bounds.y < screen.y + screen.height - reach;
}
