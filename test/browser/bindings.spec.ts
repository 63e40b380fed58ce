import { BindingsPage } from "./pages/bindings-page.ts";
import { expect, picture, test } from "./window.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ scenario: { instances: "three", bindings: "tangled" }, colorScheme });
    test(`look ${colorScheme}`, async ({ window }) => {
      const list = new BindingsPage(window);
      await list.open();
      await expect(list.rows.first()).toBeVisible();
      await picture(window, `bindings-${colorScheme}`);
    });
  });
}
