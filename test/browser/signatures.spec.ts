// The signature tester: headers made and checked, requests sent and listened for; and how its parts look.
import AxeBuilder from "@axe-core/playwright";
import { walkSignatures } from "./cws-walk.ts";
import { expect, picture, test } from "./window.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ scenario: { pace: 120 }, colorScheme });
    test(`axe finds nothing on the pages of the signature tester (${colorScheme})`, async ({ window }) => {
      test.setTimeout(120_000);
      const found: string[] = [];
      await walkSignatures(window, async (name) => {
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
