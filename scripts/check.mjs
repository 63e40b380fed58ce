// `npm run check`: the inner loop. Types, house rules and unit tests, side by side; under a minute once the linter has its
// cache. What opens sockets, starts services, needs the built program or
// takes long is left to `npm test`.
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const units = ["test/app", "test/renderer", "test/main/journal.test.ts", "test/main/dispatch.test.ts", "test/main/storage"];
/** These make hundreds of keys and files with other programs, one after another: for `npm test`. */
const slow = ["pfx-writer", "pem-writer", "conversion", "signing-request", "agreement", "corpus", "bounds", "key-weakness"].map((name) => `--exclude=test/app/*/${name}.test.ts`);
const bin = (name) => join(root, "node_modules/.bin", name);

function run(title, command, args, environment = {}) {
  return new Promise((resolve) => {
    const began = Date.now();
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { output += String(chunk); });
    child.on("close", (status) => {
      if (status !== 0) process.stdout.write(output);
      process.stdout.write(`${title}: ${status === 0 ? "good" : "FAILED"} (${((Date.now() - began) / 1000).toFixed(0)} s)\n`);
      resolve(status === 0);
    });
  });
}

const results = await Promise.all([
  run("Types and house rules", process.execPath, ["-e", `
    const { spawnSync } = require("node:child_process");
    const types = spawnSync(process.execPath, ["scripts/types.mjs"], { stdio: "inherit" }).status;
    const rules = spawnSync(${JSON.stringify(bin("eslint"))}, ["app", "main", "renderer", "test", "--max-warnings=0", "--cache", "--cache-location", "node_modules/.cache/eslint/"], { stdio: "inherit" }).status;
    process.exit(types || rules);`]),
  run("Units", bin("vitest"), ["run", "--reporter=dot", "--no-isolate", ...slow, ...units], { PROPERTY_RUNS: "40" }),
]);
process.exit(results.every(Boolean) ? 0 : 1);
