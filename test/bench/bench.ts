// Measures, as ratios within one run, what a person waits for. Prints; asserts nothing: machines differ, ratios hardly.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SaxesParser } from "saxes";
import { contract, type Progress } from "../../app/contract.ts";
import { familyOf, type Binding } from "../../app/http-sys/binding.ts";
import { answerFor } from "../../app/http-sys/explanation.ts";
import { indexBindings } from "../../app/http-sys/precedence.ts";
import { checkReservations } from "../../app/http-sys/reservation-check.ts";
import type { Reservation } from "../../app/http-sys/reservation.ts";
import { accountsOf } from "../../app/http-sys/sddl.ts";
import { parseDocument } from "../../app/santedb/configuration.ts";
import { planEdit } from "../../app/santedb/edit.ts";
import { makeServerPfx } from "../fixtures/certificates.ts";
import { dcdrConfiguration } from "../fixtures/configuration.ts";
import { openConsole } from "../../main/console.ts";
import { proxyBench } from "./proxy.ts";
import { readingBench } from "./reading.ts";
import { signatureBench } from "./signature.ts";
import { windowBench } from "./window.ts";

const program = process.argv[2] ?? "dist/lockstep.js";

const median = (values: readonly number[]): number => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
const milliseconds = (value: number): string => `${value.toFixed(0)} ms`;

function timed(work: () => unknown): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

function row(title: string, ratio: number, detail: string): void {
  process.stdout.write(`${title.padEnd(58)} ${`${ratio.toFixed(2)} ×`.padStart(9)}   ${detail}\n`);
}

/** Start-up, run in turn so that a change of the machine's pace falls on both. */
function commandStart(directory: string): void {
  const node = (...args: string[]) => timed(() => spawnSync(process.execPath, args, { stdio: "ignore" }));
  const runs = Array.from({ length: 9 }, () => ({
    bare: node("-e", "0"),
    version: node(program, "--version"),
    list: node(program, "instance", "list", "--practice-dir", directory, "--json"),
  })).slice(1);
  const bare = median(runs.map((run) => run.bare));
  for (const [title, values] of [["lockstep --version", runs.map((run) => run.version)], ["lockstep instance list", runs.map((run) => run.list)]] as const) {
    row(`${title} against node -e 0`, median(values) / bare, `${milliseconds(median(values))} against ${milliseconds(bare)}`);
  }
}

/** 50 MB of what a configuration holds beside its endpoints, and six endpoints. */
function bigConfiguration(): Uint8Array {
  const service = (name: string) => `    <service name="${name}" implementationType="SanteDB.Client.${name}, SanteDB.Client">\r\n      <endpoint contract="SanteDB.Rest.I${name}, SanteDB.Rest" address="http://0.0.0.0:9200/${name.toLowerCase()}">\r\n        <behaviors />\r\n        <certificate />\r\n        <clientCerts>false</clientCerts>\r\n      </endpoint>\r\n    </service>\r\n`;
  const filler = '      <add key="facility.setting" type="SanteDB.Core.Configuration.AppSetting, SanteDB.Core.Api" value="Zoë &amp; Mwangi" />\r\n';
  const head = '\uFEFF<?xml version="1.0" encoding="utf-8"?>\r\n<SanteDBConfiguration xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0.2101.0" xmlns="http://santedb.org/configuration">\r\n';
  const fill = `  <section xsi:type="ApplicationServiceContextConfigurationSection">\r\n    <appSettings>\r\n${filler.repeat(Math.floor(25 * 1024 * 1024 / (filler.length + 1)))}    </appSettings>\r\n  </section>\r\n`;
  return new TextEncoder().encode(`${head}${fill}  <section xsi:type="RestConfigurationSection">\r\n${["Auth", "Hdsi", "Ami", "Bis", "App", "Www"].map(service).join("")}  </section>\r\n${fill}</SanteDBConfiguration>\r\n`);
}

function configurationEdit(): void {
  const bytes = bigConfiguration();
  // Of the file, as Lockstep has it: the parser takes text, so the bytes are decoded first.
  const bare = (source: () => string): void => {
    const parser = new SaxesParser({ xmlns: true });
    parser.on("opentag", () => undefined);
    parser.write(source()).close();
  };
  const text = new TextDecoder().decode(bytes);
  const edit = (): void => {
    planEdit([{ document: parseDocument(bytes, "big.config"), bytes, includedBy: null }], { scheme: "https" });
  };
  const runs = Array.from({ length: 8 }, () => ({ bare: timed(() => bare(() => new TextDecoder().decode(bytes))), parse: timed(() => bare(() => text)), edit: timed(edit) })).slice(2);
  const [bareTime, parseTime, editTime] = [median(runs.map((run) => run.bare)), median(runs.map((run) => run.parse)), median(runs.map((run) => run.edit))];
  row(`editing a configuration of ${(bytes.length / 1024 / 1024).toFixed(0)} MB against a bare saxes pass of its bytes`, editTime / bareTime, `${milliseconds(editTime)} against ${milliseconds(bareTime)}`);
  row("the same against a bare saxes pass of text decoded before", editTime / parseTime, `${milliseconds(editTime)} against ${milliseconds(parseTime)}`);
}

/** The most memory that `config secure` takes for that file, beyond what it takes for a small one. */
function configurationMemory(directory: string): void {
  const reporter = join(directory, "peak.cjs");
  writeFileSync(reporter, 'process.on("exit", () => require("node:fs").writeSync(2, `\\npeak ${process.resourceUsage().maxRSS}\\n`));');
  const peak = (name: string, content: Uint8Array): number => {
    const file = join(directory, name);
    writeFileSync(file, content);
    const ran = spawnSync(process.execPath, ["--require", reporter, program, "config", "secure", file, "--practice-dir", join(directory, "none"), "--json"], { encoding: "utf8" });
    if (ran.status !== 0) throw new Error(ran.stdout);
    return Number(/peak (\d+)/.exec(ran.stderr)?.[1]) * 1024;
  };
  const bytes = bigConfiguration();
  const [small, big] = [peak("small.config", dcdrConfiguration()), peak("big.config", bytes)];
  const mega = (value: number): string => `${(value / 1024 / 1024).toFixed(0)} MB`;
  row(`memory of config secure on a file of ${mega(bytes.length)}, by its size`, (big - small) / bytes.length, `${mega(big)} at most, ${mega(small)} for a small file`);
}

/** One whole secure run; what is not waiting for the service to stop and start is Lockstep's own. */
async function secureRun(directory: string): Promise<void> {
  const pfx = makeServerPfx({ directory, key: "rsa:2048", names: ["clinic-7.example.org"] });
  const console = await openConsole({ machine: "practice", practiceDirectory: join(directory, "machine"), serviceProgram: join(program, "../practice-service.js"), readerProgram: join(program, "../certificate-reader.js") });
  const { implementation } = console;
  let waiting = 0;
  let since = 0;
  console.subscribe((name, payload) => {
    if (name !== "plan.progress") return;
    const { title, state } = payload as Progress;
    if (!/^(Stop|Start) the service/.test(title)) return;
    if (state === "running") since = performance.now();
    else waiting += performance.now() - since;
  });
  const from = performance.now();
  const plan = await implementation.endpoint.planSecure({
    instance: "default", certificate: { files: [{ name: "server.pfx", content: readFileSync(pfx.file).toString("base64") }], password: pfx.password },
  });
  const planned = performance.now();
  const applied = await implementation.plan.apply({ planId: plan.planId });
  const whole = performance.now() - from;
  const own = whole - waiting;
  row("securing, own time against waiting for the service", own / waiting, `${milliseconds(own)} own (${milliseconds(planned - from)} of it planning), ${milliseconds(waiting)} waiting`);
  const bare = timed(() => spawnSync(process.execPath, ["-e", "0"], { stdio: "ignore" }));
  row("securing, own time against node -e 0", own / bare, `${applied.verified.length} checks among it`);
  await implementation.service.stop({ name: "sdb-www-default" });
  await console.close();
}

/** Records and reservations of a machine that has had a long life, as JSON. */
function manyRecords(): string {
  const hash = (index: number): string => index.toString(16).toUpperCase().padStart(40, "A");
  const bindings = Array.from({ length: 5000 }, (_, index) => {
    const endpoint = index % 3 === 0 ? `0.0.0.0:${10_000 + index}` : index % 3 === 1 ? `[::]:${9999 + index}` : `site-${index}.example.org:${9998 + index}`;
    return { endpoint, family: familyOf(endpoint), thumbprint: hash(index), applicationId: "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}", application: "SanteDB", store: "MY", flags: { clientcertnegotiation: index % 2 === 0, sslctlstorename: "ClientAuthIssuer" } };
  });
  const reservations = Array.from({ length: 5000 }, (_, index) => ({ url: `https://+:${10_000 + index}/service-${index}/`, sddl: "D:(A;;GX;;;NS)(A;;GX;;;LS)", accounts: accountsOf("D:(A;;GX;;;NS)(A;;GX;;;LS)") }));
  return JSON.stringify({ bindings, reservations });
}

/** Five thousand bindings and reservations listed (as the contract checks them), each explained, each checked. */
function httpSysBench(): void {
  const json = manyRecords();
  const { bindings, reservations } = JSON.parse(json) as { bindings: Binding[]; reservations: Reservation[] };
  const endpoints = reservations.map(({ url }, index) => ({ instance: "default", address: url, prefix: url, account: "NT AUTHORITY\\NetworkService", accountSid: index % 2 === 0 ? "S-1-5-20" : "S-1-5-19" }));
  const list = (): void => {
    contract.binding.list.output.parse(bindings);
    contract.reservation.list.output.parse(reservations);
  };
  const explainAll = (): void => {
    const index = indexBindings(bindings);
    for (const { endpoint, family } of bindings) answerFor(index, endpoint.startsWith("[") ? "::1" : "127.0.0.1", Number(endpoint.split(":").at(-1)), family === "sni" ? endpoint.split(":")[0] ?? null : null);
  };
  const check = (): void => { checkReservations(endpoints, reservations); };
  const runs = Array.from({ length: 12 }, () => ({ parse: timed(() => JSON.parse(json)), list: timed(list), explain: timed(explainAll), check: timed(check) })).slice(4);
  const of = (name: "parse" | "list" | "explain" | "check"): number => median(runs.map((run) => run[name]));
  for (const [name, title] of [["list", "listed"], ["explain", "explained"], ["check", "checked"]] as const) {
    row(`5,000 bindings and 5,000 reservations ${title}, against parsing them from JSON`, of(name) / of("parse"), `${milliseconds(of(name))} against ${milliseconds(of("parse"))}`);
  }
  row("5,000 bindings and 5,000 reservations listed, explained and checked, against parsing them from JSON", (of("list") + of("explain") + of("check")) / of("parse"), milliseconds(of("list") + of("explain") + of("check")));
}

/** By name, in the order in which they run; the command line's second argument chooses some of them. */
const benches: Readonly<Record<string, (directory: string) => unknown>> = {
  secure: async (directory) => {
    await secureRun(directory);
    commandStart(join(directory, "machine"));
  },
  httpsys: httpSysBench,
  signature: () => signatureBench(row),
  configuration: (directory) => {
    configurationEdit();
    configurationMemory(directory);
  },
  reading: () => readingBench(row),
  proxy: (directory) => proxyBench(join(directory, "proxy"), row),
  window: () => windowBench(program, row),
};
const wanted = process.argv.slice(3);

const directory = mkdtempSync(join(tmpdir(), "lockstep-bench-"));
try {
  for (const [name, bench] of Object.entries(benches)) if (wanted.length === 0 || wanted.includes(name)) await bench(directory);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);
