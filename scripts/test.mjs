// `npm test`: installs what it needs, checks types and house rules, builds, runs every suite, and counts.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { installDependencies } from "./dependencies.mjs";
import { installTools } from "./tools.mjs";

const root = join(import.meta.dirname, "..");
const say = (line) => process.stdout.write(`${line}\n`);
const began = Date.now();
const seconds = (from) => `${((Date.now() - from) / 1000).toFixed(0)} s`;
const counts = { passed: 0, failed: 0, skipped: 0 };
/** What failed, each with the first words of why. */
const problems = [];
const skipped = [];

/** A failure as one of a list: its name, and what was said of it without colours, cut where it goes on for long. */
function problemOf(name, message = "") {
  const lines = String(message).replace(/\u001b\[[\d;]*m/g, "").split("\n").filter((line) => line.trim() !== "").slice(0, 12);
  return [name, ...lines.map((line) => `    ${line.slice(0, 600)}`)].join("\n");
}

const bin = (name) => join(root, "node_modules/.bin", name);

/** Runs a program. What it prints is seen at once, or, where it is held back for another's sake, in one piece at its end. */
async function run(title, command, args, { environment = {}, heldBack = false } = {}) {
  const from = Date.now();
  if (!heldBack) say(`\n── ${title}`);
  const printed = heldBack ? [`\n── ${title}\n`] : [];
  const child = spawn(command, args, { cwd: root, stdio: heldBack ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"], env: { ...process.env, ...environment } });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => printed.push(chunk));
  const good = await new Promise((resolve) => {
    child.on("error", (thrown) => {
      printed.push(`${thrown.message}\n`);
      resolve(false);
    });
    child.on("close", (status) => resolve(status === 0));
  });
  for (const piece of printed) process.stdout.write(piece);
  say(`── ${title}: ${good ? "good" : "FAILED"} after ${seconds(from)}`);
  return good;
}

/** A check that is one test: it holds or it does not. */
async function check(title, command, args, options) {
  const good = await run(title, command, args, options);
  counts[good ? "passed" : "failed"] += 1;
  if (!good) problems.push(title);
  return good;
}

function countVitest(file) {
  const report = JSON.parse(readFileSync(file, "utf8"));
  for (const suite of report.testResults) {
    if (suite.status === "failed" && suite.assertionResults.length === 0) {
      counts.failed += 1;
      problems.push(problemOf(suite.name, suite.message));
    }
    for (const test of suite.assertionResults) {
      if (test.status === "passed") counts.passed += 1;
      else if (test.status === "failed") {
        counts.failed += 1;
        problems.push(problemOf(test.fullName, test.failureMessages?.join("\n")));
      } else {
        counts.skipped += 1;
        skipped.push(test.fullName);
      }
    }
  }
}

function countPlaywright(file) {
  const report = JSON.parse(readFileSync(file, "utf8"));
  const visit = (suite) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        if (test.status === "skipped") {
          counts.skipped += 1;
          skipped.push(spec.title);
        } else if (spec.ok) counts.passed += 1;
        else {
          counts.failed += 1;
          problems.push(problemOf(spec.title, test.results.flatMap(({ errors }) => errors).map(({ message }) => message).join("\n")));
        }
      }
    }
    for (const inner of suite.suites ?? []) visit(inner);
  };
  for (const suite of report.suites ?? []) visit(suite);
  for (const error of report.errors ?? []) {
    counts.failed += 1;
    problems.push(problemOf("the window's tests", error.message));
  }
}

async function suite(title, command, args, report, count, environment) {
  rmSync(report, { force: true });
  const good = await run(title, command, args, { environment });
  const before = problems.length;
  try {
    count(report);
  } catch {
    counts.failed += 1;
    problems.push(`${title} left no report`);
  }
  if (!good && problems.length === before) {
    counts.failed += 1;
    problems.push(title);
  }
}

function vitest(title, report, ...args) {
  const file = join(root, "artefacts", report);
  return suite(title, bin("vitest"), ["run", ...args, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`], file, countVitest);
}

await installDependencies(say);
const missing = installTools(say);
mkdirSync(join(root, "artefacts"), { recursive: true });

const isBuilt = await check("Build", process.execPath, ["scripts/build.mjs"]);
// Whole servers with services that go down and come up, one after the other: beside other tests they would be measured by those.
const servers = "test/real/linux/";
const trial = isBuilt ? vitest("Linux servers", "vitest-linux.json", servers, "--no-file-parallelism") : undefined;
// They wait half of the time.
await check("Types", process.execPath, ["scripts/types.mjs"], { heldBack: isBuilt });
await check("House rules", bin("eslint"), ["app", "main", "renderer", "test", "scripts", "--max-warnings=0"], { heldBack: isBuilt });
await trial;
if (isBuilt) {
  await vitest("Units, conformance and the built program", "vitest.json", `--exclude=${servers}**`);
  if (missing.some(({ program }) => program === "chromium")) {
    counts.skipped += 1;
    skipped.push("the window in a real Chromium (chromium is not installed)");
  } else {
    const report = join(root, "artefacts/playwright.json");
    await suite("The window in a real Chromium", bin("playwright"), ["test", "--reporter=list,json"], report, countPlaywright, { PLAYWRIGHT_JSON_OUTPUT_FILE: report });
  }
}

say("");
for (const name of skipped) say(`skipped: ${name}`);
for (const tool of missing) say(`not here: ${tool.program}, so not proven: ${tool.proves}`);
for (const name of problems) say(`failed: ${name}`);
say(`Took ${seconds(began)}.`);
say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);
