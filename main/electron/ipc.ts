// The calls and events between the window and the console. Only the top frame of our own page is answered; the page
// is not trusted beyond that, so each call is checked by the contract on its way in and out.
import type { IpcMain, WebContents } from "electron";
import { callNames } from "../../app/contract-names.ts";
import { problem } from "../../app/errors.ts";
import type { Emit, Envelope, Implementation } from "../../app/host.ts";
import { dispatch, eventPayload } from "../dispatch.ts";
import { callChannel, eventChannel } from "./channels.ts";
import { appOrigin } from "./protocol.ts";

/** What the sender check needs of a frame. */
interface Frame { readonly origin: string; readonly parent: object | null }

/** A frame that was navigated away or destroyed meanwhile is null, and is refused like a foreign one. */
export function isOwnTopFrame(frame: Frame | null): boolean {
  return frame !== null && frame.parent === null && frame.origin === appOrigin;
}

/** Registers one handler for each query and command of the contract; there are no others. */
export function answerCalls(ipcMain: Pick<IpcMain, "handle">, implementation: Implementation): void {
  for (const name of callNames) {
    ipcMain.handle(callChannel(name), async (event, input: unknown): Promise<Envelope> =>
      isOwnTopFrame(event.senderFrame)
        ? dispatch(implementation, name, input)
        : { ok: false, error: problem("not-allowed", {}).report() });
  }
}

/** A listener that passes each event on to all windows open at the time. */
export function announceTo(windows: () => readonly Pick<WebContents, "isDestroyed" | "send">[]): Emit {
  return (name, payload) => {
    const checked = eventPayload(name, payload);
    if (checked === null) return;
    for (const contents of windows()) if (!contents.isDestroyed()) contents.send(eventChannel(name), checked);
  };
}
