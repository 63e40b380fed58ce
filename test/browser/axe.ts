// axe in the page itself: what it finds against it, each as one line.
import type { Page } from "@playwright/test";
import axe from "axe-core";

interface Run { readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[] }

/** Resolves once what follows from another look or size has been drawn, and transitions have ended; those out of sight never do. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = (): Promise<unknown> => new Promise((resolve) => void requestAnimationFrame(resolve));
    const isEnding = ({ effect, playState }: Animation): boolean => playState === "running" && effect?.getComputedTiming().endTime !== Infinity;
    const patience = performance.now() + 1000;
    do {
      await frame();
      await frame();
    } while (document.getAnimations().some(isEnding) && performance.now() < patience);
  });
}

/** By all rules, or by some of them alone. */
export async function axeFindings(page: Page, rules: readonly string[] = []): Promise<readonly string[]> {
  // Once for a page as it was loaded: it is half a megabyte.
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe.source);
  // What is far from sight keeps the colours of the look before, until it comes into sight.
  await page.evaluate(() => {
    const [first] = document.styleSheets;
    if (first && ![...first.cssRules].some(({ cssText }) => cssText.startsWith("* { content-visibility"))) first.insertRule("* { content-visibility: visible !important; }", first.cssRules.length);
  });
  await drawn(page);
  const { violations } = await page.evaluate((wanted) => (globalThis as unknown as { readonly axe: { run(options: object): Promise<Run> } }).axe
    .run({ resultTypes: ["violations"], ...(wanted.length > 0 && { runOnly: wanted }) }), rules);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
