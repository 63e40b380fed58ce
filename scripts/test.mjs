// `npm test`: installs what it needs, checks types and house rules, builds, runs every suite, and counts.
import { spawnSync } from "node:child_process";
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

function run(title, command, args, environment = {}) {
  const from = Date.now();
  say(`\n── ${title}`);
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...environment } });
  say(`── ${title}: ${result.status === 0 ? "good" : "FAILED"} after ${seconds(from)}`);
  return result.status === 0;
}

/** A check that is one test: it holds or it does not. */
function check(title, command, args) {
  const good = run(title, command, args);
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

function suite(title, command, args, environment, report, count) {
  rmSync(report, { force: true });
  const good = run(title, command, args, environment);
  try {
    count(report);
  } catch {
    counts.failed += 1;
    problems.push(`${title} left no report`);
  }
  if (!good && problems.length === 0) {
    counts.failed += 1;
    problems.push(title);
  }
}

await installDependencies(say);
const missing = installTools(say);
mkdirSync(join(root, "artefacts"), { recursive: true });

check("Types", process.execPath, ["scripts/types.mjs"]);
check("House rules", bin("eslint"), ["app", "main", "renderer", "test", "scripts", "--max-warnings=0"]);
if (check("Build", process.execPath, ["scripts/build.mjs"])) {
  const vitestReport = join(root, "artefacts/vitest.json");
  // Whole servers with services that go down and come up, one after the other: beside other tests they would be measured by those.
  const servers = "test/real/linux/";
  const reported = ["--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`];
  suite("Units, conformance and the built program", bin("vitest"), ["run", `--exclude=${servers}**`, ...reported], {}, vitestReport, countVitest);
  suite("Linux servers", bin("vitest"), ["run", servers, "--no-file-parallelism", ...reported], {}, vitestReport, countVitest);
  const playwrightReport = join(root, "artefacts/playwright.json");
  if (missing.some(({ program }) => program === "chromium")) {
    counts.skipped += 1;
    skipped.push("the window in a real Chromium (chromium is not installed)");
  } else {
    suite("The window in a real Chromium", bin("playwright"), ["test", "--reporter=list,json"], { PLAYWRIGHT_JSON_OUTPUT_FILE: playwrightReport }, playwrightReport, countPlaywright);
  }
}

say("");
for (const name of skipped) say(`skipped: ${name}`);
for (const tool of missing) say(`not here: ${tool.program}, so not proven: ${tool.proves}`);
for (const name of problems) say(`failed: ${name}`);
say(`Took ${seconds(began)}.`);
say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);
