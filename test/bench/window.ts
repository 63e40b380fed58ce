// How long the Certificates page takes to show its first row, with ten thousand certificates against ten.
import { createHash } from "node:crypto";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "@playwright/test";
import { makeCertificate } from "../fixtures/certificates.ts";

/** Certificates that differ in their serial numbers only; their signatures do not hold, which no list looks at. */
function fillStore(folder: string, template: Uint8Array, count: number): void {
  mkdirSync(folder, { recursive: true });
  const der = Buffer.from(template);
  // [0] version, then the serial number: INTEGER of twenty octets or a few less.
  const serial = der.indexOf(Buffer.from([0xa0, 0x03, 0x02, 0x01, 0x02, 0x02])) + 7;
  for (let index = 0; index < count; index++) {
    der.writeUInt32BE(0x10000000 + index, serial);
    writeFileSync(join(folder, `${createHash("sha1").update(der).digest("hex").toUpperCase()}.cer`), der);
  }
}

/** The address that a served console prints. */
function serve(program: string, directory: string): Promise<{ readonly child: ChildProcess; readonly address: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, "serve", "--no-open", "--practice-dir", directory], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += String(chunk);
      const address = /ready at (\S+)/.exec(said)?.[1];
      if (address !== undefined) resolve({ child, address });
    });
    child.on("exit", () => reject(new Error(`the console ended: ${said}`)));
  });
}

/** Milliseconds from opening the Certificates page in a fresh window until its first row is painted, each of `runs` times. */
async function firstRow(browser: Browser, program: string, template: Uint8Array, count: number, runs: number): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-bench-window-"));
  const directory = join(folder, "machine");
  spawnSync(process.execPath, [program, "instance", "list", "--practice-dir", directory], { stdio: "ignore" });
  fillStore(join(directory, "certificates/My"), template, count);
  const { child, address } = await serve(program, directory);
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(address);
    await page.getByRole("heading", { level: 1 }).waitFor();
    const home = new URL(page.url());
    const times: number[] = [];
    for (let run = 0; run < runs; run++) {
      await page.goto("about:blank");
      const from = performance.now();
      await page.goto(`${home.origin}/#/certificates`);
      await page.getByRole("row").nth(1).waitFor();
      times.push(performance.now() - from);
    }
    await context.close();
    return times;
  } finally {
    // The command that made the machine left its service running.
    spawnSync(process.execPath, [program, "service", "stop", "sdb-www-default", "--practice-dir", directory], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

const median = (values: readonly number[]): number => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Prints one row. Skipped where there is no Chromium. */
export async function windowBench(program: string, row: (title: string, ratio: number, detail: string) => void): Promise<void> {
  const found = spawnSync("which", ["chromium"], { encoding: "utf8" }).stdout.trim();
  if (found === "") return;
  const folder = mkdtempSync(join(tmpdir(), "lockstep-bench-template-"));
  const template = makeCertificate(folder, null, { commonName: "clinic-7.example.org", key: "rsa:2048" }).der;
  const browser = await chromium.launch({ executablePath: found, args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
  try {
    const few = median(await firstRow(browser, program, template, 10, 5));
    const many = median(await firstRow(browser, program, template, 10_000, 5));
    row("first row of 10,000 certificates against first row of 10", many / few, `${many.toFixed(0)} ms against ${few.toFixed(0)} ms`);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
