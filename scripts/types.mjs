// Checks the types of every environment: one tsconfig each, two at a time.
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const environments = ["test", "renderer", "main/electron", "main", "app"];

function check(environment) {
  return new Promise((resolve) => {
    const compiler = spawn(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", environment, "--pretty"], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    compiler.stdout.on("data", (chunk) => { output += String(chunk); });
    compiler.on("close", (status) => {
      process.stdout.write(status === 0 ? `${environment}: types fit\n` : output);
      resolve(status === 0);
    });
  });
}

const waiting = [...environments];
const worker = async () => {
  let good = true;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) good = (await check(next)) && good;
  return good;
};
const results = await Promise.all([worker(), worker()]);
process.exit(results.every(Boolean) ? 0 : 1);
