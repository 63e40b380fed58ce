// What every page is put to: axe in light, dark and forced colours, and windows of four widths; with pictures for people to look at.
// A walk is long, so each state is seen in every look before the walk goes on.
import type { Page } from "@playwright/test";
import type { Scenario } from "../renderer/practice-host.ts";
import { axeFindings, drawn } from "./axe.ts";
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
}

const light = { colorScheme: "light", forcedColors: "none", reducedMotion: "no-preference" } as const;
const dark = { ...light, colorScheme: "dark" } as const;
const forced = { ...light, forcedColors: "active", reducedMotion: "reduce" } as const;

/** The last is that of the walk itself: what can be worked at 320 pixels, as at 400 per cent zoom, can be worked in a wider window. */
const sizes = [{ width: 1440, height: 900 }, { width: 1024, height: 700 }, { width: 640, height: 900 }, { width: 320, height: 640 }] as const;

/** Makes the tests; called once in a file, beside its own tests. */
export function testEveryLook({ of, walk, scenario = {}, within = [] }: Pages): void {
  test.describe("looks", () => {
    test.use({ scenario, colorScheme: "light" });
    test.setTimeout(240_000);

    test(`axe finds nothing on ${of}, in light, dark and forced colours`, async ({ window }) => {
      const found: string[] = [];
      await walk(window, async (name) => {
        for (const [look, media] of Object.entries({ light, dark, forced })) {
          await window.emulateMedia(media);
          await drawn(window);
          await picture(window, `${name}-${look}`);
          // What differs in the others is the colours alone.
          const findings = await axeFindings(window, look === "light" ? [] : ["color-contrast"]);
          found.push(...findings.map((finding) => `${name}, ${look}: ${finding}`));
        }
        await window.emulateMedia(light);
      });
      expect(found).toEqual([]);
    });

    test.describe("narrow", () => {
      test.use({ viewport: sizes[3] });
      test(`${of}: each fits without scrolling sideways`, async ({ window }) => {
        const found: string[] = [];
        await walk(window, async (name) => {
          for (const size of sizes) {
            await window.setViewportSize(size);
            await drawn(window);
            await picture(window, `${name}-${size.width}`);
            const overflow = await window.evaluate((selectors) => [...document.querySelectorAll(selectors)]
              .reduce((most, element) => Math.max(most, element.scrollWidth - element.clientWidth), 0), ["html", "main", ...within].join(", "));
            if (overflow > 0) found.push(`${name}, ${size.width} pixels: ${overflow} too many`);
          }
        });
        expect(found).toEqual([]);
      });
    });
  });
}
