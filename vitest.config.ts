import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take a minute or more, longest first: one that began last would be waited for alone. */
const long = [
  "real/linux/power-cut", "real/linux/failing-steps", "built/power-cut-forward", "app/certificates/fuzz", "built/power-cut-back", "built/secure", "real/linux/documented-unit", "built/kinds",
  "real/cws/snippet", "built/signature", "app/certificates/bounds", "app/certificates/pfx-writer",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = long.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return found < 0 ? long.length : found;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    exclude: ["test/browser/**", "node_modules/**"],
    // Much of a test is waiting for a program: as many workers as there are processors would leave these idle.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
