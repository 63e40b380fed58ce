// What Mono presents on a port: bound by real httpcfg as the service's user, and served by real Mono.
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomUUID, type KeyObject } from "node:crypto";
import { chmodSync, chownSync, closeSync, cpSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isReadByMono, keyForMono } from "../../../app/certificates/mono-key.ts";
import type { LockstepError } from "../../../app/errors.ts";
import type { Command, CommandResult, Machine, Mono, MonoUser, ServiceRecord } from "../../../app/machine.ts";
import type { OperationOf } from "../../../app/plan/operation.ts";
import { bindMono } from "../../../app/plan/perform-mono.ts";
import { standardLimits } from "../../../app/plan/performance.ts";
import { openMono, type MonoOptions, type UserAccount } from "../../../main/machines/linux/mono.ts";
import { nodeNetwork } from "../../../main/machines/network.ts";
import { noMachine } from "../../../main/machines/no-machine.ts";
import { openCertificateStore, type PracticeCertificateStore } from "../../../main/machines/practice/certificate-store.ts";
import type { Owner } from "../../../main/storage/others-folder.ts";
import { callOf } from "../../fixtures/call.ts";
import { keyDer, makeCertificate, type CertificateOptions, type Issued } from "../../fixtures/certificates.ts";
import { dcdrConfiguration } from "../../fixtures/configuration.ts";
import { hasMono, putMonoServer, removeMonoServer, startMonoServer, type MonoServer } from "../../fixtures/mono-server.ts";
import { freePorts } from "../../fixtures/nginx.ts";
import { rsaKeyWith } from "../../fixtures/rsa-numbers.ts";

const isRoot = process.getuid?.() === 0;
const [userName, strangerName] = ["nobody", "daemon"];

function account(name: string): UserAccount | null {
  const line = readFileSync("/etc/passwd", "utf8").split("\n").find((each) => each.startsWith(`${name}:`) || each.split(":")[2] === name);
  const [own = "", , uid = "", gid = "", , home = ""] = line?.split(":") ?? [];
  return line === undefined ? null : { name: own, uid: Number(uid), gid: Number(gid), home };
}
const idOf = (name: string): number => account(name)?.uid ?? -1;

const errorOf = (promise: Promise<unknown>): Promise<LockstepError> => promise.then(() => { throw new Error("It succeeded."); }, (thrown: unknown) => thrown as LockstepError);
const modeOf = (path: string): number => lstatSync(path).mode & 0o7777;

describe.skipIf(!hasMono || !isRoot)("Mono's HttpListener (needs root, mono, mcs and httpcfg)", () => {
  const top = mkdtempSync(join(tmpdir(), "lockstep-listener-"));
  const program = join(top, "santesuite/santedb-www.exe");
  const own: Owner = { uid: idOf(userName), gid: account(userName)?.gid ?? -1 };
  let store: PracticeCertificateStore;
  let first: Issued;
  let second: Issued;
  let elliptic: Issued;

  // Of one test.
  let home: string;
  let handOver: string;
  let mono: Mono;
  let user: MonoUser;
  let port: number;
  let ran: Command[];
  let intended: number;
  let count = 0;
  const servers: MonoServer[] = [];

  const service = (changes: Partial<ServiceRecord> = {}): ServiceRecord => ({
    name: "santedb-www", displayName: "SanteDB WWW", imagePath: program, account: userName, state: "running", processId: 0, exitCode: 0, startType: "automatic", version: null, dependencies: [], manager: "systemd", ...changes,
  });
  const listener = (...names: readonly string[]): string => join(home, ".config/.mono/httplistener", ...names);
  const give = (path: string): string => {
    chownSync(path, own.uid, own.gid);
    return path;
  };
  /** The user's folder of pairs, as httpcfg makes it. */
  const makeListener = (): void => ["", ".config", ".config/.mono", ".config/.mono/httplistener"].forEach((part) => {
    mkdirSync(join(home, part), { recursive: true });
    give(join(home, part));
  });
  const opened = (changes: Partial<MonoOptions> = {}): Mono => openMono({
    httpcfg: "/usr/bin/httpcfg", openssl: callOf("/usr/bin/openssl"), certificates: store, account: (name) => Promise.resolve(account(name)), folder: handOver, ...changes,
  });

  const keyFileOf = (key: KeyObject): string => {
    mkdirSync(join(top, "keys"), { recursive: true });
    const file = join(top, "keys", `${randomUUID()}.pem`);
    writeFileSync(file, key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    return file;
  };
  /** A certificate in the machine's store. */
  const issue = async (options: CertificateOptions): Promise<Issued> => {
    const issued = makeCertificate(join(top, "issued"), null, options);
    await store.import("My", issued.der, keyDer(issued.keyFile));
    return issued;
  };

  beforeAll(async () => {
    chmodSync(top, 0o711);
    mkdirSync(join(top, "store/My"), { recursive: true });
    store = openCertificateStore(join(top, "store"));
    first = await issue({ keyFile: keyFileOf(rsaKeyWith(null)) });
    second = await issue({ keyFile: keyFileOf(rsaKeyWith(null, 3072)), commonName: "second.example.org" });
    elliptic = await issue({ key: "ec:p256", commonName: "elliptic.example.org" });
    putMonoServer(program);
    chmodSync(program, 0o644);
  });
  afterAll(() => {
    removeMonoServer();
    rmSync(top, { recursive: true, force: true });
  });

  beforeEach(async () => {
    home = join(top, `home-${++count}`);
    mkdirSync(home);
    give(home);
    handOver = join(top, `hand-over-${count}`);
    mono = opened();
    user = await mono.user(service({ applicationData: join(home, ".config") }));
    [port = 0] = await freePorts(1);
    ran = [];
    intended = 0;
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    // Whatever was done, nothing of a hand-over is left.
    expect(existsSync(handOver) ? readdirSync(handOver) : []).toEqual([]);
  });

  const runuser = callOf("/usr/sbin/runuser");
  const operation = (previous: string | null, next: string | null, changes: Partial<OperationOf<"mono.bind">> = {}): OperationOf<"mono.bind"> => ({
    kind: "mono.bind", user: { name: user.name, environment: user.environment.map(([name, value]) => [name, value]) }, program: "/usr/bin/httpcfg", port, folder: mono.handOverFolder(user, port), previous, next, ...changes,
  });
  /** Performs it as the runner does; `before` is called with each command before it is run. */
  const bind = (what: OperationOf<"mono.bind">, before: (command: Command) => void = () => undefined) => {
    const run = async (command: Command): Promise<CommandResult> => {
      ran.push(command);
      before(command);
      const [name, ...arguments_] = command;
      expect(name).toBe("runuser");
      const { exitCode, output, errors } = await runuser(arguments_);
      return { exitCode, output: Buffer.from(output).toString() + errors };
    };
    const intend = (): Promise<void> => {
      intended++;
      return Promise.resolve();
    };
    const machine: Machine = { ...noMachine, kind: "linux", mono, commands: { run } };
    return bindMono(what, { machine, materials: new Map(), limits: standardLimits, insist: false, intend });
  };
  const asUser = (name: string, ...command: readonly string[]): string => execFileSync("/usr/sbin/runuser", ["-u", name, "--", "env", `HOME=${home}`, ...command], { encoding: "utf8", cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
  const listed = (): string => asUser(userName, "/usr/bin/httpcfg", "-list");

  /** Runs the server anew with https addresses, or none. */
  const serve = async (scheme: "http" | "https" = "https", name = "default"): Promise<MonoServer> => {
    for (const server of servers.splice(0)) await server.close();
    const folder = join(home, ".config/santedb/www", name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "santedb.config"), dcdrConfiguration({ scheme, host: "127.0.0.1", port }));
    const server = await startMonoServer({ program, arguments: [`--name=${name}`], user: userName, environment: { HOME: home } });
    servers.push(server);
    return server;
  };
  const target = () => ({ address: "127.0.0.1", port, serverName: null, timeout: 5000 });
  const shown = async (): Promise<string | null> => nodeNetwork.tls(target()).then(({ thumbprint }) => thumbprint, () => null);

  it("presents what was bound once the service starts again; then what it was replaced by, then nothing", async () => {
    expect(await mono.bound(user, port)).toBeNull();
    expect(await bind(operation(null, first.thumbprint))).toEqual({ changed: true, verified: null });
    const asUsed = ["runuser", "-u", userName, "--", "env", `HOME=${home}`, "/usr/bin/httpcfg"];
    expect(ran).toEqual([
      [...asUsed, "-del", "-port", String(port)],
      [...asUsed, "-add", "-port", String(port), "-cert", join(handOver, `${userName}-${port}/leaf.cer`), "-pvk", join(handOver, `${userName}-${port}/key.pvk`)],
    ]);
    expect(listed()).toContain(`Port: ${port} Thumbprint: ${first.thumbprint}`);
    const server = await serve();
    expect(server.said()).toContain(`LISTENING https://127.0.0.1:${port}/hdsi/`);
    expect(await shown()).toBe(first.thumbprint);
    const answer = await nodeNetwork.http({ ...target(), scheme: "https", host: `127.0.0.1:${port}`, path: "/hdsi/x?y=1" });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, expect.objectContaining({ method: "GET", secure: true, url: `https://127.0.0.1:${port}/hdsi/x?y=1`, headers: expect.objectContaining({ host: `127.0.0.1:${port}` }) })]);
    const bound = await mono.bound(user, port);
    expect([bound?.certificate, bound?.privateKey]).toEqual([first.der, keyDer(first.keyFile)]);

    expect(await bind(operation(first.thumbprint, second.thumbprint))).toMatchObject({ changed: true });
    await serve();
    expect(await shown()).toBe(second.thumbprint);
    expect(await bind(operation(first.thumbprint, second.thumbprint))).toMatchObject({ changed: false });

    expect(await bind(operation(second.thumbprint, null))).toMatchObject({ changed: true });
    expect(await mono.bound(user, port)).toBeNull();
    expect(readdirSync(listener())).toEqual([]);
    await serve();
    expect(await shown()).toBeNull();
    expect(intended).toBe(3);
  });

  it("presents every key that it can be made to read, and is known beforehand not to read another", async () => {
    const fresh = (modulusLength: number): KeyObject => generateKeyPairSync("rsa", { modulusLength }).privateKey;
    const keys: readonly (readonly [name: string, key: KeyObject])[] = [
      ...(["d", "dp", "dq", "qi", null] as const).map((short) => [`short ${short}`, rsaKeyWith(short)] as const),
      ["1024", rsaKeyWith(null, 1024)], ["3072, short d", rsaKeyWith("d", 3072)], ["4096", rsaKeyWith(null, 4096)],
      ...Array.from({ length: 12 }, (_, index) => [`fresh ${index}`, fresh(2048)] as const),
    ];
    const ports = await freePorts(2 * keys.length);
    const cases = [];
    for (const [index, [name, key]] of keys.entries()) {
      const certificate = await issue({ keyFile: keyFileOf(key), commonName: `${index}.example.org` });
      const [byHand = 0, byUs = 0] = ports.slice(2 * index);
      // As its documentation has it, with the key as openssl writes it.
      const pvk = join(top, `${index}.pvk`);
      const leaf = join(top, `${index}.cer`);
      execFileSync("openssl", ["rsa", "-in", certificate.keyFile, "-outform", "PVK", "-pvk-none", "-out", pvk], { stdio: "ignore" });
      writeFileSync(leaf, certificate.der);
      for (const file of [pvk, leaf]) give(file);
      asUser(userName, "/usr/bin/httpcfg", "-add", "-port", String(byHand), "-cert", leaf, "-pvk", pvk);
      rmSync(pvk);
      port = byUs;
      await bind(operation(null, certificate.thumbprint));
      const pkcs8 = keyDer(certificate.keyFile);
      cases.push({ name, byHand, byUs, thumbprint: certificate.thumbprint, isRead: isReadByMono(pkcs8), isReadable: keyForMono(pkcs8) !== null });
    }
    const folder = join(home, ".config/santedb/www/default");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "santedb.config"), `<SanteDBConfiguration xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><section xsi:type="RestConfigurationSection">${
      ports.map((each) => `<service><endpoint address="https://127.0.0.1:${each}/hdsi"/></service>`).join("")}</section></SanteDBConfiguration>`);
    servers.push(await startMonoServer({ program, arguments: [], user: userName, environment: { HOME: home } }));
    const shownOn = async (each: number): Promise<string | null> => {
      port = each;
      return shown();
    };
    for (const { name, byHand, byUs, thumbprint, isRead, isReadable } of cases) {
      expect([await shownOn(byHand), await shownOn(byUs)], name).toEqual([isRead ? thumbprint : null, isReadable ? thumbprint : null]);
    }
    expect(cases.filter(({ name }) => name.startsWith("short ")).map(({ name, isRead, isReadable }) => [name, isRead, isReadable])).toEqual([
      ["short d", false, true], ["short dp", false, false], ["short dq", false, false], ["short qi", false, true], ["short null", true, true],
    ]);
  }, 120_000);

  it("is bound anew where it was bound in numbers that Mono does not read, and is put back as it is where nothing else can be", async () => {
    const [short, hopeless] = [await issue({ keyFile: keyFileOf(rsaKeyWith("d")) }), await issue({ keyFile: keyFileOf(rsaKeyWith("dp")) })];
    const bindByHand = (certificate: Issued): void => {
      const [leaf, pvk] = [give(join(home, "leaf.cer")), give(join(home, "key.pvk"))];
      asUser(userName, "/usr/bin/httpcfg", "-add", "-port", String(port), "-cert", leaf, "-pvk", pvk);
      expect(listed()).toContain(certificate.thumbprint);
    };
    for (const certificate of [short, hopeless]) {
      writeFileSync(join(home, "leaf.cer"), certificate.der);
      execFileSync("openssl", ["rsa", "-in", certificate.keyFile, "-outform", "PVK", "-pvk-none", "-out", join(home, "key.pvk")], { stdio: "ignore" });
      bindByHand(certificate);
      const content = readFileSync(listener(`${port}.pvk`));
      if (certificate === short) {
        expect(await bind(operation(short.thumbprint, short.thumbprint))).toEqual({ changed: true, verified: null });
        await serve();
        expect(await shown()).toBe(short.thumbprint);
        expect(await bind(operation(short.thumbprint, short.thumbprint))).toMatchObject({ changed: false });
        expect(await bind(operation(short.thumbprint, null))).toMatchObject({ changed: true });
      } else {
        await bind(operation(hopeless.thumbprint, first.thumbprint));
        await bind(operation(first.thumbprint, hopeless.thumbprint));
        expect(readFileSync(listener(`${port}.pvk`)).equals(content)).toBe(true);
      }
    }
  }, 60_000);

  it("hands the pair over to the user alone, and has what is bound readable by nobody else", async () => {
    let looked = 0;
    await bind(operation(null, first.thumbprint), () => {
      looked++;
      const folder = join(handOver, `${userName}-${port}`);
      expect(readdirSync(folder).sort()).toEqual(["key.pvk", "leaf.cer"]);
      for (const [path, mode] of [[folder, 0o700], [join(folder, "key.pvk"), 0o600], [join(folder, "leaf.cer"), 0o600]] as const) {
        expect([modeOf(path), statSync(path).uid, statSync(path).gid], path).toEqual([mode, own.uid, own.gid]);
      }
      expect(readFileSync(join(folder, "leaf.cer"))).toEqual(Buffer.from(first.der));
      expect(() => asUser(strangerName, "cat", join(folder, "key.pvk"))).toThrow(/Permission denied/);
    });
    expect(looked).toBe(2);
    expect(modeOf(handOver)).toBe(0o711);
    for (const name of [`${port}.cer`, `${port}.pvk`]) expect([modeOf(listener(name)), statSync(listener(name)).uid], name).toEqual([0o600, own.uid]);
  });

  it("is overwritten before it is removed", async () => {
    await mono.handOver(user, port, first.thumbprint);
    const path = join(handOver, `${userName}-${port}/key.pvk`);
    const size = statSync(path).size;
    const open = openSync(path, "r");
    try {
      await mono.takeBack(user, port);
      const content = Buffer.alloc(size + 1, 7);
      expect(readSync(open, content, 0, content.length, 0)).toBe(size);
      expect(content.subarray(0, size).equals(Buffer.alloc(size))).toBe(true);
    } finally {
      closeSync(open);
    }
    await mono.takeBack(user, port);
  });

  it("takes an older hand-over's place", async () => {
    await mono.handOver(user, port, second.thumbprint);
    await bind(operation(null, first.thumbprint));
    expect(listed()).toContain(first.thumbprint);
  });

  it("is refused for keys that Mono cannot use, and for a key of another certificate, before anything is run", async () => {
    const pss = makeCertificate(join(top, "issued"), null, { key: "rsa-pss:2048" });
    mono = opened({ certificates: {
      find: (name, thumbprint) => thumbprint === pss.thumbprint ? Promise.resolve({ store: name, thumbprint, der: pss.der, hasPrivateKey: true }) : store.find(name, thumbprint),
      exportKey: (name, thumbprint) => thumbprint === pss.thumbprint ? Promise.resolve(keyDer(pss.keyFile)) : thumbprint === first.thumbprint ? store.exportKey(name, second.thumbprint) : thumbprint === second.thumbprint ? Promise.resolve(null) : store.exportKey(name, thumbprint),
    } });
    const refusals: readonly (readonly [thumbprint: string, code: string])[] = [
      [elliptic.thumbprint, "key-unsuitable"], [pss.thumbprint, "key-unsuitable"], [first.thumbprint, "private-key-mismatch"], [second.thumbprint, "private-key-missing"], ["A".repeat(40), "not-found"],
    ];
    for (const [thumbprint, code] of refusals) {
      expect((await errorOf(bind(operation(null, thumbprint)))).code, thumbprint).toBe(code);
      expect((await errorOf(mono.handOver(user, port, thumbprint))).code, thumbprint).toBe(code);
    }
    expect(ran).toEqual([]);
    expect([existsSync(handOver), existsSync(join(home, ".config"))]).toEqual([false, false]);
  });

  it("is refused where another one was bound since, or httpcfg fails", async () => {
    await bind(operation(null, first.thumbprint));
    ran = [];
    expect((await errorOf(bind(operation(null, second.thumbprint)))).code).toBe("changed-since");
    expect(ran).toEqual([]);

    const failed = await errorOf(bind(operation(first.thumbprint, second.thumbprint, { program: "/bin/false" })));
    expect([failed.code, failed.evidence?.command.includes("/bin/false")]).toEqual(["mono-refused", true]);
    expect(listed()).toContain(first.thumbprint);

    const silent = await errorOf(bind(operation(first.thumbprint, second.thumbprint, { program: "/bin/true" })));
    expect([silent.code, silent.message]).toEqual(["mono-refused", expect.stringContaining("it lists another one afterwards")]);

    // What httpcfg does with an EC key: it leaves the certificate, and fails.
    const leaving = join(top, "leaving.sh");
    writeFileSync(leaving, `#!/bin/sh\ncase "$1" in -add) cp "$5" "$HOME/.config/.mono/httplistener/$3.cer"; exit 1;; esac\nexec /usr/bin/httpcfg "$@"\n`, { mode: 0o755 });
    expect((await errorOf(bind(operation(first.thumbprint, second.thumbprint, { program: leaving })))).code).toBe("mono-refused");
    expect(readdirSync(listener())).toEqual([]);
    // Put back over the nothing that it left.
    expect(await bind(operation(second.thumbprint, first.thumbprint))).toMatchObject({ changed: true });
    expect(listed()).toContain(first.thumbprint);
  });

  it("is tidied: half a pair is removed, rights are those of a secret", async () => {
    await mono.tidy(user, port);
    makeListener();
    for (const half of ["cer", "pvk"]) {
      writeFileSync(listener(`${port}.${half}`), "half");
      give(listener(`${port}.${half}`));
      const bound = await mono.bound(user, port);
      expect(bound).toEqual({ certificate: null, privateKey: null });
      await mono.tidy(user, port);
      expect(readdirSync(listener())).toEqual([]);
    }
    await bind(operation(null, first.thumbprint));
    for (const half of ["cer", "pvk"]) chmodSync(listener(`${port}.${half}`), 0o666);
    await mono.tidy(user, port);
    for (const half of ["cer", "pvk"]) expect(modeOf(listener(`${port}.${half}`))).toBe(0o600);
  });

  it("is read wherever the user's settings lie, and a damaged half is told from a whole one", async () => {
    const elsewhere = join(home, "settings");
    user = await mono.user(service({ applicationData: elsewhere }));
    await bind(operation(null, first.thumbprint));
    expect(readdirSync(join(elsewhere, ".mono/httplistener")).sort()).toEqual([`${port}.cer`, `${port}.pvk`]);
    expect((await mono.bound(user, port))?.certificate).toEqual(first.der);
    writeFileSync(join(elsewhere, ".mono/httplistener", `${port}.pvk`), "no key");
    expect(await mono.bound(user, port)).toEqual({ certificate: first.der, privateKey: null });
    writeFileSync(join(elsewhere, ".mono/httplistener", `${port}.cer`), "no certificate");
    expect(await mono.bound(user, port)).toEqual({ certificate: null, privateKey: null });
    // Through a link of the user's own, as some keep their settings.
    symlinkSync(elsewhere, join(home, ".config"));
    const linked = await mono.user(service({ applicationData: join(home, ".config") }));
    expect(await mono.bound(linked, port)).toEqual({ certificate: null, privateKey: null });
  });

  it("knows the user of a service, and whether Mono's tools are there", async () => {
    expect(await mono.user(service())).toEqual({ name: userName, environment: [["HOME", account(userName)?.home]] });
    expect(await mono.user(service({ applicationData: "/var/lib/santedb/.config" }))).toEqual({ name: userName, environment: [["HOME", "/var/lib/santedb"]] });
    expect(await mono.user(service({ applicationData: "/etc/santedb" }))).toEqual({ name: userName, environment: [["HOME", account(userName)?.home], ["XDG_CONFIG_HOME", "/etc/santedb"]] });
    expect((await mono.user(service({ account: String(own.uid) }))).name).toBe(userName);
    expect(await opened({ configuration: "/srv/settings" }).user(service({ applicationData: "/home/x/.config" }))).toEqual({ name: userName, environment: [["HOME", account(userName)?.home], ["XDG_CONFIG_HOME", "/srv/settings"]] });
    expect((await errorOf(mono.user(service({ account: "no-such-user" })))).code).toBe("account-unknown");
    expect(await mono.program()).toBe("/usr/bin/httpcfg");
    expect((await errorOf(opened({ httpcfg: join(top, "httpcfg") }).program())).code).toBe("not-found");
  });

  describe("cannot be used by the service's user against others", () => {
    /** A file that the user may not read: it must stay as it is. */
    const secret = (): { readonly path: string; untouched(): void } => {
      const path = join(top, `secret-${count}`);
      writeFileSync(path, "a secret of root's", { mode: 0o640 });
      return {
        path,
        untouched: () => expect([readFileSync(path, "utf8"), modeOf(path), statSync(path).uid]).toEqual(["a secret of root's", 0o640, 0]),
      };
    };

    it("by a link or a second name in place of what is bound", async () => {
      const { path, untouched } = secret();
      for (const plant of [symlinkSync, linkSync]) {
        for (const half of ["cer", "pvk"]) {
          rmSync(home, { recursive: true });
          makeListener();
          await bind(operation(null, first.thumbprint));
          rmSync(listener(`${port}.${half}`));
          plant(path, listener(`${port}.${half}`));
          expect((await mono.bound(user, port))?.[half === "cer" ? "certificate" : "privateKey"]).toBeNull();
          const error = await errorOf(mono.tidy(user, port));
          expect([error.code, error.message]).toEqual(["file-unwritable", expect.stringMatching(plant === symlinkSync ? /it is a link/ : /it has a second name/)]);
          untouched();
          // As half a pair it is removed, and what it leads to is not.
          rmSync(listener(`${port}.${half === "cer" ? "pvk" : "cer"}`));
          await mono.tidy(user, port);
          expect(readdirSync(listener())).toEqual([]);
          untouched();
        }
      }
    });

    it("by a link in place of the folder", async () => {
      const others = join(top, `others-${count}`);
      await bind(operation(null, first.thumbprint));
      cpSync(listener(), others, { recursive: true });
      for (const name of readdirSync(others)) chmodSync(join(others, name), 0o644);
      rmSync(listener(), { recursive: true });
      chownSync(others, idOf(strangerName), 0);
      symlinkSync(others, listener());
      expect(await mono.bound(user, port)).toEqual({ certificate: null, privateKey: null });
      await mono.tidy(user, port);
      rmSync(join(others, `${port}.pvk`));
      await mono.tidy(user, port);
      expect([readdirSync(others), modeOf(join(others, `${port}.cer`))]).toEqual([[`${port}.cer`], 0o644]);
    });

    it("by what it puts into the folder of the hand-over", async () => {
      const { path, untouched } = secret();
      const folder = join(handOver, `${userName}-${port}`);
      for (const plant of [symlinkSync, linkSync, (_: string, at: string) => void execFileSync("mkfifo", [at])]) {
        await mono.handOver(user, port, first.thumbprint);
        for (const name of ["leaf.cer", "key.pvk"]) {
          rmSync(join(folder, name));
          plant(path, join(folder, name));
        }
        await mono.takeBack(user, port);
        untouched();
        expect(existsSync(folder)).toBe(false);
      }
      await mono.handOver(user, port, first.thumbprint);
      writeFileSync(join(folder, "more"), "");
      expect((await errorOf(mono.takeBack(user, port))).message).toContain("something else lies in it");
      expect(readdirSync(folder)).toEqual(["more"]);
      rmSync(folder, { recursive: true });
    });

    it("by another folder in its place", async () => {
      const others = join(top, `others-${count}`);
      mkdirSync(others);
      writeFileSync(join(others, "key.pvk"), "another's");
      mkdirSync(handOver, { mode: 0o711 });
      const folder = mono.handOverFolder(user, port);
      symlinkSync(others, folder);
      expect((await errorOf(mono.handOver(user, port, first.thumbprint))).message).toContain("it is a link");
      expect((await errorOf(bind(operation(null, first.thumbprint)))).message).toContain("it is a link");
      rmSync(folder);
      cpSync(others, folder, { recursive: true });
      chownSync(folder, idOf(strangerName), 0);
      expect((await errorOf(mono.handOver(user, port, first.thumbprint))).message).toContain("it belongs to another user");
      expect([readFileSync(join(folder, "key.pvk"), "utf8"), readdirSync(others)]).toEqual(["another's", ["key.pvk"]]);
      rmSync(folder, { recursive: true });
      chmodSync(handOver, 0o777);
      expect((await errorOf(mono.handOver(user, port, first.thumbprint))).message).toContain("others may write there");
      expect(ran).toEqual([]);
    });
  });

  it("is stood before by a server that says how it fares", async () => {
    const running = await serve("http");
    expect([running.said(), running.exitCode()]).toEqual([expect.stringMatching(/^READY pid=\d+$/m), null]);
    const answer = await nodeNetwork.http({ ...target(), scheme: "http", host: `127.0.0.1:${port}`, path: "/ami/" });
    expect(JSON.parse(answer.body)).toMatchObject({ secure: false, url: `http://127.0.0.1:${port}/ami/` });
    const file = join(home, ".config/santedb/www/default/santedb.config");
    const again = await startMonoServer({ program, arguments: [`--config=${file}`], user: userName, environment: {} });
    expect([again.exitCode(), again.said()]).toEqual([1, expect.stringContaining("START-ERROR")]);
    for (const content of ["<SanteDBConfiguration", "<SanteDBConfiguration/>"]) {
      writeFileSync(file, content);
      const bad = await startMonoServer({ program, arguments: [], user: userName, environment: { HOME: home } });
      expect([bad.exitCode(), bad.said()]).toEqual([78, expect.stringContaining("CONFIGURATION-ERROR")]);
    }
  });
});
