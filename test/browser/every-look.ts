// What every page is put to: axe in light and dark, narrow windows, forced colours; with pictures for people to look at.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import type { Scenario } from "../renderer/practice-host.ts";
import { expect, picture, test } from "./window.ts";

/** Goes through states of the window, and has each looked at under a name. */
type Walk = (window: Page, look: (name: string) => Promise<void>) => Promise<void>;

interface Pages {
  /** "the pages about NGINX": the subject of the tests' names. */
  readonly of: string;
  readonly walk: Walk;
  readonly scenario?: Scenario;
  /** Selectors that must not scroll sideways, beside the window and its main part. */
  readonly within?: readonly string[];
  /** Milliseconds for a walk with axe at each state. */
  readonly axeTimeout?: number;
}

/** Makes the tests; called once in a file, beside its own tests. */
export function testEveryLook({ of, walk, scenario = {}, within = [], axeTimeout = 120_000 }: Pages): void {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(colorScheme, () => {
      test.use({ colorScheme, scenario });
      test(`axe finds nothing on ${of} (${colorScheme})`, async ({ window }) => {
        test.setTimeout(axeTimeout);
        const found: string[] = [];
        await walk(window, async (name) => {
          await picture(window, `${name}-${colorScheme}`);
          const axe = new AxeBuilder({ page: window });
          // What differs in the dark is the colours alone.
          const { violations } = await (colorScheme === "dark" ? axe.withRules(["color-contrast"]) : axe).analyze();
          found.push(...violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(" ")}`));
        });
        expect(found).toEqual([]);
      });
    });
  }

  for (const width of [1024, 640, 320]) {
    test.describe(`${width} pixels wide`, () => {
      test.use({ viewport: { width, height: 800 }, scenario });
      test(`${of}: each fits without scrolling sideways (${width})`, async ({ window }) => {
        test.setTimeout(120_000);
        const found: string[] = [];
        await walk(window, async (name) => {
          await picture(window, `${name}-${width}`);
          const overflow = await window.evaluate((selectors) => [document.documentElement, ...selectors.map((selector) => document.querySelector(selector))]
            .reduce((most, element) => Math.max(most, element ? element.scrollWidth - element.clientWidth : 0), 0), ["main", ...within]);
          if (overflow > 0) found.push(`${name}: ${overflow}`);
        });
        expect(found).toEqual([]);
      });
    });
  }

  test.describe("forced colours", () => {
    test.use({ scenario });
    test(`${of}: nothing depends on a colour of ours`, async ({ window }) => {
      test.setTimeout(120_000);
      await window.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
      await walk(window, async (name) => picture(window, `${name}-forced`));
    });
  });
}
