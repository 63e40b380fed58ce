// Plans about HTTP.sys on a machine that changes under them, refuses, or answers nothing; in every language of the emulator.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { directReader } from "../../../app/certificates/reader.ts";
import { createConsole } from "../../../app/console.ts";
import type { Progress } from "../../../app/contract.ts";
import { problem, type LockstepError } from "../../../app/errors.ts";
import type { Implementation } from "../../../app/host.ts";
import { explainNetsh } from "../../../app/http-sys/netsh.ts";
import type { CommandResult, Machine } from "../../../app/machine.ts";
import { netshText } from "../../../main/machines/practice/netsh-text.ts";
import { openJournal } from "../../../main/storage/journal.ts";
import { openKeyUsers } from "../../../main/storage/key-users.ts";
import { openPendingRequests } from "../../../main/storage/pending-requests.ts";
import { privateKeyFiles } from "../../../main/storage/private-key-file.ts";
import { makeAuthority, makeCertificate, type Issued } from "../../fixtures/certificates.ts";
import { practice, type Practice } from "./practice-fixture.ts";
import { directSignatures } from "../../../app/cws/signatures.ts";
import { zlibCompression } from "../../../main/cws/compression.ts";
import { listenForRequests } from "../../../main/web/request-listener.ts";

const appId = "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}";
let one: Practice;
let old: Issued;
let renewed: Issued;
let journals = 0;

beforeAll(async () => {
  one = await practice();
  const authority = makeAuthority(join(one.directory, "../ca"));
  [old, renewed] = [1, 2].map(() => makeCertificate(join(one.directory, "../issued"), authority.intermediate, { commonName: "clinic-7.example.org" })) as [Issued, Issued];
  for (const certificate of [old, renewed]) await one.store(certificate);
  one.writeConfig((text) => text.replaceAll('address="http://0.0.0.0', 'address="https://0.0.0.0'));
  await one.restart();
});
afterAll(() => one.close());

const add = (key: string, certificate: Issued, ...more: string[]) => one.run("netsh", "http", "add", "sslcert", key, `certhash=${certificate.thumbprint}`, `appid=${appId}`, "certstorename=MY", ...more);
const remove = (key: string) => one.run("netsh", "http", "delete", "sslcert", key);
beforeEach(async () => {
  for (const { endpoint, family } of await one.machine.httpSys.bindings()) await remove(`${{ ip: "ipport", sni: "hostnameport", ccs: "ccs" }[family]}=${endpoint}`);
  await add(`ipport=0.0.0.0:${one.port}`, old, "clientcertnegotiation=enable");
  await add(`ipport=[::]:${one.port}`, old, "disabletls13=enable");
  await add(`hostnameport=clinic-7.example.org:${one.port}`, old);
});

function open(on: Machine = one.machine, hear: (progress: Progress) => void = () => undefined): Implementation {
  const journal = join(one.directory, `../journal-${++journals}`);
  return createConsole({
    machine: on, journal: openJournal(journal), reader: directReader, pending: openPendingRequests(join(journal, "requests")), keyUsers: openKeyUsers(join(journal, "key-users")), privateKeyFiles, signatures: directSignatures(zlibCompression), listen: listenForRequests, exclusively: (work) => work(), by: "ada", elevates: false,
    limits: { service: 3000, verify: 1500, settled: 100 }, random: () => Math.floor(Math.random() * 0x10000),
    emit: (name, payload) => { if (name === "plan.progress") hear(payload as Progress); },
  });
}
/** A machine whose netsh answers otherwise, as often as it is asked to. */
const answering = (answer: (asked: readonly string[]) => Promise<CommandResult | null>): Machine =>
  ({ ...one.machine, commands: { run: async (command) => await answer(command) ?? one.machine.commands.run(command) } });
const refusal = (work: Promise<unknown>): Promise<LockstepError> => work.then(() => { throw new Error("it was not refused"); }, (thrown: unknown) => thrown as LockstepError);
const replacement = (console: Implementation) => console.endpoint.planReplaceCertificate({ old: old.thumbprint, certificate: { thumbprint: renewed.thumbprint } });

describe("a record that changes", () => {
  it("between plan and apply is seen before anything is done", async () => {
    const console = open();
    const { planId } = await replacement(console);
    await remove(`ipport=[::]:${one.port}`);
    await add(`ipport=[::]:${one.port}`, old, "reject=enable");
    const before = await one.machine.httpSys.bindings();
    expect(await refusal(console.plan.apply({ planId }))).toMatchObject({ code: "binding-changed", aftermath: "untouched" });
    expect(await one.machine.httpSys.bindings()).toEqual(before);
  });

  it("while the plan is carried out is not trampled on, and all else is put back", async () => {
    const before = await one.machine.httpSys.bindings();
    let changing: Promise<unknown> | null = null;
    const machine = answering(async (asked) => {
      // Somebody is quicker: between the first record and the last.
      if (asked.includes(`ipport=[::]:${one.port}`) && asked.includes("delete")) {
        changing ??= remove(`hostnameport=clinic-7.example.org:${one.port}`).then(() => add(`hostnameport=clinic-7.example.org:${one.port}`, old, "disablehttp2=enable"));
        await changing;
      }
      return null;
    });
    const console = open(machine);
    const { planId } = await replacement(console);
    expect(await refusal(console.plan.apply({ planId }))).toMatchObject({ code: "binding-changed", aftermath: "put-back" });
    expect(await one.machine.httpSys.bindings()).toEqual(before.map((record) => (record.family === "sni" ? { ...record, flags: { disablehttp2: true } } : record)));
  });
});

describe("netsh", () => {
  it.each([
    ["is not there", () => Promise.reject(problem("command-failed", { program: "netsh", reason: "it could not be started", remedy: "Look for it in System32." })), "command-failed"],
    ["does not end", () => Promise.reject(problem("command-failed", { program: "netsh", reason: "it did not end within 60 seconds", remedy: "Try again." })), "command-failed"],
    ["prints nothing and does nothing", () => Promise.resolve({ exitCode: 0, output: "" }), "binding-refused"],
    ["fails without a word", () => Promise.resolve({ exitCode: 1, output: "" }), "binding-refused"],
    ["is killed", () => Promise.resolve({ exitCode: 3221225786, output: "" }), "binding-refused"],
    ["prints a megabyte of noise", () => Promise.resolve({ exitCode: 1, output: "\u0000: 1 :".repeat(130_000) }), "binding-refused"],
  ] as const)("that %s leaves every record as it was", async (_, answer, code) => {
    const before = await one.machine.httpSys.bindings();
    let asked = 0;
    // The second record's first command fails so, once; what puts back works again.
    const console = open(answering(async (command) => (command.includes(`ipport=[::]:${one.port}`) && asked++ === 0 ? answer() : null)));
    const { planId } = await replacement(console);
    const error = await refusal(console.plan.apply({ planId }));
    expect(error).toMatchObject({ code, aftermath: "put-back" });
    expect(error.report().hint.length).toBeGreaterThan(5);
    expect(await one.machine.httpSys.bindings()).toEqual(before);
  });

  it.each(["en", "de", "fr"] as const)("is understood by its numbers in %s, with cause and remedy", (language) => {
    const text = netshText[language];
    for (const code of [2, 5, 87, 183, 1312, 1332]) {
      for (const title of [text.addFailed, text.deleteFailed, text.reservationAddFailed, text.descriptorFailed]) {
        const explained = explainNetsh(1, `\r\n${title}, ${text.error}: ${code}\r\n${(text.messages as Readonly<Record<number, string>>)[code] ?? ""}\r\n\r\n`);
        expect(explained.code).toBe(code);
        expect(explained.reason).toContain(`(Windows error ${code})`);
        expect(explained.remedy).not.toContain("net helpmsg");
      }
    }
    expect(explainNetsh(1, `\r\n${text.parameter}\r\n`)).toMatchObject({ code: null, reason: "netsh refused a parameter" });
  });
});

describe("a plan about one record", () => {
  it("proves every client of the port, and puts the record back where another certificate is served", async () => {
    const before = await one.machine.httpSys.bindings();
    // The network sees the old certificate for ever, as behind a proxy of somebody else's.
    const machine: Machine = { ...one.machine, network: { ...one.machine.network, http: async (request) => {
      const answer = await one.machine.network.http(request);
      return answer.tls ? { ...answer, tls: { ...answer.tls, thumbprint: old.thumbprint } } : answer;
    }, tls: async (target) => ({ ...await one.machine.network.tls(target), thumbprint: old.thumbprint }) } };
    const console = open(machine);
    const { planId, operations } = await console.binding.planSet({ endpoint: `0.0.0.0:${one.port}`, certificate: renewed.thumbprint });
    expect(operations.map(({ kind }) => kind)).toEqual(["binding.set", "verify.tls", "verify.tls", "verify.tls", "verify.tls"]);
    expect(await refusal(console.plan.apply({ planId }))).toMatchObject({ code: "certificate-not-served", aftermath: "put-back" });
    expect(await one.machine.httpSys.bindings()).toEqual(before);
  });

  it("says before what netsh cannot write again", async () => {
    const machine: Machine = { ...one.machine, httpSys: { ...one.machine.httpSys, bindings: async () => (await one.machine.httpSys.bindings()).map((record) => ({ ...record, unsettable: { flags: 0x2000, checkMode: 0, properties: [0] } })) } };
    const plan = await open(machine).binding.planSet({ endpoint: `0.0.0.0:${one.port}`, certificate: renewed.thumbprint });
    expect(plan.findings).toContainEqual(expect.objectContaining({ code: "binding-loses", message: `0.0.0.0:${one.port} loses the receive window and the flags 0x2000: netsh has no parameter for it.` }));
  });

  it("of a renewal takes records along that name the old certificate by its SHA-256", async () => {
    const byAnyName: Machine = { ...one.machine, httpSys: { ...one.machine.httpSys, bindings: async () => (await one.machine.httpSys.bindings()).map((record) =>
      (record.family === "sni" && record.thumbprint === old.thumbprint ? { ...record, thumbprint: createHash("sha256").update(old.der).digest("hex").toUpperCase() } : record)) } };
    const console = open(byAnyName);
    expect((await console.certificate.whereUsed({ thumbprint: old.thumbprint })).filter(({ kind }) => kind === "binding")).toHaveLength(3);
    const { planId, operations } = await replacement(console);
    expect(operations.filter(({ kind }) => kind === "binding.set")).toHaveLength(3);
    expect((await console.plan.apply({ planId })).outcome).toBe("applied");
    expect((await one.machine.httpSys.bindings()).map(({ thumbprint }) => thumbprint)).toEqual([renewed.thumbprint, renewed.thumbprint, renewed.thumbprint]);
  });

  it("names what is served then where a record is removed", async () => {
    const console = open();
    const plan = await console.binding.planRemove({ endpoint: `[::]:${one.port}` });
    expect(plan.findings).toContainEqual(expect.objectContaining({ code: "other-record-answers", message: `After this its clients are served by 0.0.0.0:${one.port}.` }));
    expect((await console.plan.apply({ planId: plan.planId })).outcome).toBe("applied");
    expect((await console.binding.explain({ target: `[::1]:${one.port}` })).winner).toBe(`0.0.0.0:${one.port}`);
  });

  it("is not proven where nobody listens, and says so", async () => {
    const plan = await open().binding.planSet({ endpoint: "0.0.0.0:1", certificate: renewed.thumbprint });
    expect(plan.operations.map(({ kind }) => kind)).toEqual(["binding.set"]);
    expect(plan.findings.map(({ code }) => code)).toContain("not-proven");
  });
});
