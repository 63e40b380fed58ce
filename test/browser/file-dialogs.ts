// The system's file dialogs, which a test answers in place of a person.
import type { Page } from "@playwright/test";

/**
 * Tells the browser that this page's file dialogs are answered by the test, before anything is pressed. Without it the
 * browser learns of that with the first `waitForEvent("filechooser")`, and a key pressed right after can be quicker.
 */
export function awaitFileDialogs(page: Page): void {
  page.on("filechooser", () => undefined);
}
