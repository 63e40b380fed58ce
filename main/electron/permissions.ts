// Permissions: what a page may ask of the computer. Everything is denied that the table does not grant.
import type { Session } from "electron";
import { appOrigin, isOwnPage } from "./protocol.ts";

const granted: ReadonlyMap<string, string> = new Map([
  ["clipboard-sanitized-write", "Thumbprints and commands are copied with one click."],
]);

/** Whether a page may do what it asks for: a granted thing, asked by the top frame of a page of our own. */
export function isGranted(permission: string, requestingUrl: string, isMainFrame: boolean): boolean {
  return granted.has(permission) && isMainFrame && isOwnPage(requestingUrl);
}

/** Answers questions (may I?) and checks (could I?) alike; devices and screens are never handed out. */
export function guardPermissions(session: Session): void {
  session.setPermissionRequestHandler((_, permission, callback, details) => callback(isGranted(permission, details.requestingUrl, details.isMainFrame)));
  session.setPermissionCheckHandler((_, permission, requestingOrigin, details) =>
    requestingOrigin.replace(/\/$/, "") === appOrigin && isGranted(permission, details.requestingUrl ?? appOrigin, details.isMainFrame));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_, callback) => callback(null));
}
