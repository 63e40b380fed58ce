// Getting about a page without a mouse.
import type { Page } from "@playwright/test";

/** Presses Tab until the element with this name has the focus, as a person without a mouse does. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if (await focused.count() === 0) continue;
    const label = await focused.evaluate((element) => element.getAttribute("aria-label") ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent);
    if (typeof name === "string" ? label.trim() === name : name.test(label)) return;
  }
  throw new Error(`Tab does not lead to ${String(name)}`);
}

/** Opens the file dialog of the button that has the focus, and chooses these files in it. */
export async function chooseByKey(page: Page, ...files: readonly { readonly name: string; readonly content: Buffer }[]): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Space");
  await (await chooser).setFiles(files.map(({ name, content }) => ({ name, mimeType: "application/octet-stream", buffer: content })));
}
