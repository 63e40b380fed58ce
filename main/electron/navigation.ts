// Navigation: the window stays on its own pages, and opens no other.
import type { WebContents } from "electron";
import { isOwnPage } from "./protocol.ts";

interface Navigation { readonly url: string; preventDefault(): void }

const stayOnOwnPages = (navigation: Navigation): void => {
  if (!isOwnPage(navigation.url)) navigation.preventDefault();
};

/** To be called for every web-contents-created, before anything is loaded. */
export function guardNavigation(contents: WebContents): void {
  contents.on("will-navigate", stayOnOwnPages);
  contents.on("will-redirect", stayOnOwnPages);
  contents.on("will-frame-navigate", stayOnOwnPages);
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}
