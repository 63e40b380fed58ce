// The certificate verbs on the built program: files, requests, the stores, as an administrator uses them.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyDer, makeAuthority, makeCertificate, makeServerPfx, openssl, type Authority, type ServerPfx } from "../fixtures/certificates.ts";
import { lockstep, practiceFixture, program, type PracticeFixture } from "../fixtures/lockstep.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-certificate-verbs-"));
const at = (...names: string[]) => join(folder, ...names);
let machine: PracticeFixture;
let authority: Authority;
let pfx: ServerPfx;
let passwordFile: string;
let otherPasswordFile: string;

beforeAll(async () => {
  authority = makeAuthority(at("ca"));
  pfx = makeServerPfx({ directory: folder, authority, chain: "full", key: "rsa:2048" });
  passwordFile = pfx.passwordFile;
  otherPasswordFile = at("other.pw");
  writeFileSync(otherPasswordFile, "Zweites Paßwort 😀");
  machine = practiceFixture();
  await machine.run(["instance", "list"]);
});
afterAll(async () => {
  await machine.close();
  rmSync(folder, { recursive: true, force: true });
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** An authority's answer to a request, for the names that the request holds. */
function answerTo(requestFile: string, out: string): void {
  openssl(["x509", "-req", "-in", requestFile, "-CA", authority.intermediate.certificateFile, "-CAkey", authority.intermediate.keyFile, "-days", "90", "-copy_extensions", "copyall", "-out", out]);
}

describe("certificate inspect", () => {
  it("agrees with OpenSSL member by member", async () => {
    const { status, json } = await machine.run(["certificate", "inspect", pfx.file, "--password-file", passwordFile]);
    expect(status, JSON.stringify(json)).toBe(0);
    const leaf = json.value.certificates[0];
    const shown = (...args: string[]) => openssl(["x509", "-in", pfx.certificateFile, "-noout", ...args]).toString().trim();
    expect(leaf.thumbprint).toBe(shown("-fingerprint", "-sha1").split("=")[1]?.replaceAll(":", ""));
    expect(leaf.sha256).toBe(shown("-fingerprint", "-sha256").split("=")[1]?.replaceAll(":", ""));
    expect(leaf.serialNumber).toBe(shown("-serial").split("=")[1]);
    expect(leaf.subject.replaceAll(", ", ",")).toBe(shown("-subject", "-nameopt", "RFC2253").replace("subject=", ""));
    expect(leaf.issuer.replaceAll(", ", ",")).toBe(shown("-issuer", "-nameopt", "RFC2253").replace("issuer=", ""));
    expect(Date.parse(leaf.notAfter as string)).toBe(Date.parse(shown("-enddate").replace("notAfter=", "")));
    expect(leaf).toMatchObject({ role: "leaf", keyType: "rsa:2048", hasPrivateKey: true, names: ["clinic-7.example.org"] });
    expect(json.value).toMatchObject({ format: "pfx", encryption: "AES-256 (SHA-256)", privateKeys: [{ keyType: "rsa:2048", matches: pfx.thumbprint }] });
    expect(json.value.certificates.map(({ role }: { role: string }) => role)).toEqual(["leaf", "intermediate", "root"]);
  });

  it("tells what is in the clear before the password is asked for", async () => {
    const { status, stderr, stdout } = await lockstep(["certificate", "inspect", pfx.file]);
    expect(status).toBe(3);
    expect(stdout + stderr).toContain("AES-256");
    expect(stdout + stderr).toContain("Windows Server 2016");
    expect(stderr).toContain("password-needed");
    const identified = await lockstep(["certificate", "identify", pfx.file, "--json"]);
    expect(identified.json.value).toMatchObject([{ format: "pfx", encryption: "AES-256 (SHA-256)", needsPassword: true }]);
    expect(identified.json.value[0].findings.map(({ code }: { code: string }) => code)).toContain("pfx-modern-encryption");
  });

  it("puts leaf, intermediate and key of separate files together", async () => {
    const { status, json } = await lockstep(["certificate", "inspect", authority.intermediate.certificateFile, "--key", pfx.keyFile, "--key", pfx.certificateFile, "--json"]);
    expect(status, JSON.stringify(json)).toBe(0);
    expect(json.value.chain).toEqual([pfx.thumbprint, authority.intermediate.thumbprint]);
    expect(json.value.privateKeys).toEqual([{ keyType: "rsa:2048", matches: pfx.thumbprint }]);
  });

  it("tells a wrong password from a damaged file", async () => {
    const wrong = await lockstep(["certificate", "inspect", pfx.file, "--password-file", otherPasswordFile, "--json"]);
    expect([wrong.status, wrong.json.error.code]).toEqual([3, "password-wrong"]);
    writeFileSync(at("cut.pfx"), readFileSync(pfx.file).subarray(0, 1500));
    const cut = await lockstep(["certificate", "inspect", at("cut.pfx"), "--password-file", passwordFile, "--json"]);
    expect([cut.status, cut.json.error.code]).toEqual([3, "certificate-unreadable"]);
  });
});

describe("certificate convert", () => {
  it("writes a modern PFX, a legacy one and PEM that OpenSSL reads as the same certificates and key", async () => {
    const legacy = await lockstep(["certificate", "convert", pfx.file, "--password-file", passwordFile, "--to", "pfx-legacy", "--out", at("old.pfx"), "--json"]);
    expect(legacy.status, JSON.stringify(legacy.json)).toBe(0);
    expect(legacy.json.value.findings.map(({ code }: { code: string }) => code)).toContain("pfx-legacy-encryption");
    const info = execFileSync("openssl", ["pkcs12", "-in", at("old.pfx"), "-passin", `file:${passwordFile}`, "-info", "-noenc"], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    expect(info).toContain("BEGIN PRIVATE KEY");
    const modern = await lockstep(["certificate", "convert", at("old.pfx"), "--password-file", passwordFile, "--to", "pfx", "--out", at("new.pfx"), "--out-password-file", otherPasswordFile, "--json"]);
    expect(modern.status, JSON.stringify(modern.json)).toBe(0);
    const key = execFileSync("openssl", ["pkcs12", "-in", at("new.pfx"), "-passin", `file:${otherPasswordFile}`, "-nocerts", "-noenc"], { stdio: ["ignore", "pipe", "pipe"] });
    writeFileSync(at("from-new.key"), key);
    expect(Buffer.from(keyDer(at("from-new.key")))).toEqual(Buffer.from(keyDer(pfx.keyFile)));
    const pem = await lockstep(["certificate", "convert", at("new.pfx"), "--password-file", otherPasswordFile, "--to", "pem", "--out", at("server.pem"), "--json"]);
    expect(pem.status, JSON.stringify(pem.json)).toBe(0);
    expect(readFileSync(at("server.pem"), "utf8")).toContain("BEGIN ENCRYPTED PRIVATE KEY");
    expect(openssl(["x509", "-in", at("server.pem"), "-noout", "-fingerprint", "-sha1"]).toString().replaceAll(":", "")).toContain(pfx.thumbprint);
    for (const file of ["old.pfx", "new.pfx", "server.pem"]) expect(modeOf(at(file))).toBe(0o600);
  });

  it("never writes over a file, and leaves nothing when it refuses", async () => {
    writeFileSync(at("mine.pem"), "mine");
    const { status, json } = await lockstep(["certificate", "convert", pfx.file, "--password-file", passwordFile, "--to", "pem", "--out", at("mine.pem"), "--json"]);
    expect([status, json.error.code]).toEqual([3, "file-exists"]);
    expect(readFileSync(at("mine.pem"), "utf8")).toBe("mine");
    const refused = await lockstep(["certificate", "convert", pfx.file, "--password-file", otherPasswordFile, "--to", "pfx", "--out", at("none.pfx"), "--json"]);
    expect([refused.status, refused.json.error.code]).toEqual([3, "password-wrong"]);
    expect(existsSync(at("none.pfx"))).toBe(false);
    const clear = await lockstep(["certificate", "convert", pfx.certificateFile, "--key", pfx.keyFile, "--to", "pfx", "--out", at("none.pfx"), "--json"]);
    expect([clear.status, clear.json.error.code]).toEqual([3, "new-password-needed"]);
  });
});

describe("certificate request and complete", () => {
  it.each([["rsa:2048", false], ["ec:p384", true]] as const)("joins the authority's answer with the key of %s", async (kind, withPassword) => {
    const out = at(`request-${kind.replace(":", "-")}`);
    const secret = withPassword ? ["--password-file", otherPasswordFile] : [];
    const made = await machine.run(["certificate", "request", "--name", "lab.example.org", "--san", "192.0.2.7", "--san", "bücher.example.org", "--key", kind, "--out-dir", out, ...secret]);
    expect(made.status, JSON.stringify(made.json)).toBe(0);
    const { requestFile, keyFile, id } = made.json.value as { requestFile: string; keyFile: string; id: string };
    const text = openssl(["req", "-in", requestFile, "-noout", "-text", "-verify"]).toString();
    expect(text).toContain("DNS:lab.example.org");
    expect(text).toContain("DNS:xn--bcher-kva.example.org");
    expect(text).toContain("IP Address:192.0.2.7");
    expect(readFileSync(keyFile, "utf8")).toContain("BEGIN ENCRYPTED PRIVATE KEY");
    expect(modeOf(keyFile)).toBe(0o600);
    expect((await machine.run(["certificate", "requests"])).json.value.map(({ id }: { id: string }) => id)).toContain(id);

    answerTo(requestFile, join(out, "answer.pem"));
    openssl(["crl2pkcs7", "-nocrl", "-certfile", join(out, "answer.pem"), "-certfile", authority.intermediate.certificateFile, "-outform", "DER", "-out", join(out, "answer.p7b")]);
    const file = await machine.run(["certificate", "complete", join(out, "answer.p7b"), "--key", keyFile, "--to", "pfx", "--out", join(out, "done.pfx"), "--out-password-file", otherPasswordFile, ...secret]);
    expect(file.status, JSON.stringify(file.json)).toBe(0);
    const read = await lockstep(["certificate", "inspect", join(out, "done.pfx"), "--password-file", otherPasswordFile, "--json"]);
    expect(read.json.value.certificates.map(({ role, hasPrivateKey }: { role: string; hasPrivateKey: boolean }) => [role, hasPrivateKey])).toEqual([["leaf", true], ["intermediate", false]]);

    const imported = await machine.run(["certificate", "complete", join(out, "answer.p7b"), "--yes", ...secret]);
    expect(imported.status, JSON.stringify(imported.json)).toBe(0);
    expect(imported.json.value.outcome).toBe("applied");
    expect((await machine.run(["certificate", "requests"])).json.value.map(({ id }: { id: string }) => id)).not.toContain(id);
    const thumbprint = read.json.value.certificates[0].thumbprint as string;
    expect((await machine.run(["certificate", "show", thumbprint])).json.value).toMatchObject({ privateKey: "proven", certificate: { store: "My", thumbprint } });
  });

  it("explains an answer that is for another key", async () => {
    const out = at("request-mismatch");
    const made = await machine.run(["certificate", "request", "--name", "ward.example.org", "--out-dir", out]);
    const other = makeCertificate(at("others"), authority.intermediate, { commonName: "ward.example.org", key: "ec:p256" });
    const { status, json } = await machine.run(["certificate", "complete", other.certificateFile, "--key", made.json.value.keyFile, "--out", join(out, "no.pfx"), "--out-password-file", otherPasswordFile]);
    expect([status, json.error.code]).toEqual([3, "answer-mismatch"]);
    expect(json.error.message).toMatch(/RSA|rsa/);
    expect(existsSync(join(out, "no.pfx"))).toBe(false);
    const discarded = await machine.run(["certificate", "discard", made.json.value.id, "--yes"]);
    expect(discarded.status).toBe(0);
    expect((await machine.run(["certificate", "requests"])).json.value).toEqual([]);
  });

  it("needs no machine, and does not keep one from being made afterwards", async () => {
    const fresh = practiceFixture();
    const made = await fresh.run(["certificate", "request", "--name", "first.example.org", "--out-dir", at("first")]);
    expect(made.status, JSON.stringify(made.json)).toBe(0);
    expect(existsSync(join(fresh.directory, "machine.json"))).toBe(false);
    expect((await fresh.run(["instance", "list"])).json.value).toHaveLength(1);
    expect((await fresh.run(["certificate", "requests"])).json.value).toHaveLength(1);
    await fresh.close();
  });

  it("refuses what is no name, and keeps nothing", async () => {
    const { status, json } = await machine.run(["certificate", "request", "--name", "lab.example.org", "--san", "not a name", "--out-dir", at("refused")]);
    expect([status, json.error.code]).toEqual([3, "request-invalid"]);
    expect((await machine.run(["certificate", "requests"])).json.value).toEqual([]);
  });

  it("keeps no clear key and no password in the data folder", () => {
    const { status, stdout } = spawnSync("grep", ["-rlaE", "BEGIN (RSA |EC )?PRIVATE KEY|Zweites", join(machine.directory, "lockstep")], { encoding: "utf8" });
    expect([status, stdout]).toEqual([1, ""]);
  });
});

describe("the machine's stores", () => {
  it("take a leaf with its key and the intermediate, and never a root unasked", async () => {
    const { status, json } = await machine.run(["certificate", "import", pfx.file, "--password-file", passwordFile, "--yes"]);
    expect(status, JSON.stringify(json)).toBe(0);
    const listed = (await machine.run(["certificate", "list"])).json.value;
    const storesOf = (thumbprint: string) => listed.filter((each: { thumbprint: string }) => each.thumbprint === thumbprint).map((each: { store: string }) => each.store);
    expect(storesOf(pfx.thumbprint)).toEqual(["My"]);
    expect(storesOf(authority.intermediate.thumbprint)).toEqual(["CA"]);
    expect(storesOf(authority.root.thumbprint)).toEqual([]);
    expect(json.value.findings.map(({ code }: { code: string }) => code)).toContain("root-left-out");
    const again = await machine.run(["certificate", "import", pfx.file, "--password-file", passwordFile, "--yes"]);
    expect(again.json.value).toMatchObject({ outcome: "unchanged", operations: [] });
    const root = await machine.run(["certificate", "import", pfx.file, "--password-file", passwordFile, "--include-root", "--yes"]);
    expect(root.json.value.operations).toHaveLength(1);
    expect((await machine.run(["certificate", "list", "--store", "Root"])).json.value.map(({ thumbprint }: { thumbprint: string }) => thumbprint)).toEqual([authority.root.thumbprint]);
    expect((await machine.run(["history", "undo"])).json.value.outcome).toBe("undone");
    expect((await machine.run(["certificate", "list", "--store", "Root"])).json.value).toEqual([]);
  });

  it("clean a pasted thumbprint, and name a serial number for what it is", async () => {
    const pasted = `\u200e${pfx.thumbprint.toLowerCase().match(/../g)?.join(" ") ?? ""}`;
    const { status, json } = await machine.run(["certificate", "thumbprint", pasted]);
    expect(status).toBe(0);
    expect(json.value).toMatchObject({ thumbprint: pfx.thumbprint, kind: "sha1", matches: pfx.thumbprint, removed: ["U+200E LEFT-TO-RIGHT MARK", "19 blanks"] });
    const [leaf] = (await machine.run(["certificate", "list", "--search", pfx.thumbprint])).json.value;
    const serial = await machine.run(["certificate", "thumbprint", leaf.serialNumber]);
    expect(serial.json.value).toMatchObject({ kind: "serial-number", matches: pfx.thumbprint });
    expect(serial.status).toBe(1);
  });

  it("say where a certificate is used, and refuse to remove it until told twice", async () => {
    expect((await machine.run(["certificate", "where-used", pfx.thumbprint])).json.value).toEqual([]);
    await machine.run(["endpoint", "secure", "default", "--certificate", pfx.thumbprint, "--yes"]);
    const port = await machine.port();
    expect((await machine.run(["certificate", "where-used", pfx.thumbprint])).json.value).toEqual([{ kind: "binding", subject: `0.0.0.0:${port}` }, { kind: "service", subject: "sdb-www-default" }]);
    const refused = await machine.run(["certificate", "remove", pfx.thumbprint, "--yes"]);
    expect([refused.status, refused.json.error.code]).toEqual([3, "certificate-in-use"]);
    expect(refused.json.error.message).toContain(`0.0.0.0:${port}`);
    expect((await machine.run(["history", "undo"])).json.value.outcome).toBe("undone");
    const removed = await machine.run(["certificate", "remove", pfx.thumbprint, "--yes"]);
    expect(removed.json.value.outcome, JSON.stringify(removed.json)).toBe("applied");
    expect((await machine.run(["certificate", "list", "--search", pfx.thumbprint])).json.value).toEqual([]);
    const undo = await machine.run(["history", "undo"]);
    expect([undo.status, undo.json.error.code]).toEqual([3, "not-undoable"]);
  });

  it("give an intermediate back when its removal is undone", async () => {
    const { thumbprint } = authority.intermediate;
    const removed = await machine.run(["certificate", "remove", thumbprint, "--yes"]);
    expect(removed.status, JSON.stringify(removed.json)).toBe(0);
    expect((await machine.run(["certificate", "list", "--store", "CA", "--search", thumbprint])).json.value).toEqual([]);
    expect((await machine.run(["history", "undo"])).json.value.outcome).toBe("undone");
    expect((await machine.run(["certificate", "list", "--store", "CA", "--search", thumbprint])).json.value).toHaveLength(1);
  });

  it("export what they hold: the certificate alone, or with its key", async () => {
    await machine.run(["certificate", "import", pfx.file, "--password-file", passwordFile, "--yes"]);
    const alone = await machine.run(["certificate", "export", pfx.thumbprint, "--out", at("alone.pem")]);
    expect(alone.json.value).toMatchObject({ hasPrivateKey: false });
    expect(readFileSync(at("alone.pem"), "utf8")).not.toContain("PRIVATE KEY");
    const unprotected = await machine.run(["certificate", "export", pfx.thumbprint, "--to", "pfx", "--out", at("moved.pfx")]);
    expect([unprotected.status, unprotected.json.error.code]).toEqual([3, "new-password-needed"]);
    const moved = await machine.run(["certificate", "export", pfx.thumbprint, "--to", "pfx", "--out", at("moved.pfx"), "--out-password-file", otherPasswordFile]);
    expect(moved.status, JSON.stringify(moved.json)).toBe(0);
    const key = execFileSync("openssl", ["pkcs12", "-in", at("moved.pfx"), "-passin", `file:${otherPasswordFile}`, "-nocerts", "-noenc"], { stdio: ["ignore", "pipe", "pipe"] });
    writeFileSync(at("moved.key"), key);
    expect(Buffer.from(keyDer(at("moved.key")))).toEqual(Buffer.from(keyDer(pfx.keyFile)));
  });
});

describe("bad input", () => {
  /** Runs the program, and gives its answer with the seconds and the MiB that it took at most. */
  async function measured(args: readonly string[]) {
    let peak = 0;
    const from = performance.now();
    const ran = await lockstep([...args, "--json"], {
      during: ({ pid }) => {
        const timer = setInterval(() => {
          try {
            peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, "utf8"))?.[1] ?? 0) / 1024);
          } catch {
            clearInterval(timer);
          }
        }, 20);
      },
    });
    return { ...ran, seconds: (performance.now() - from) / 1000, peak };
  }

  const cases: readonly (readonly [title: string, make: () => string, codes: readonly string[]])[] = [
    ["a PFX that asks for a thousand million rounds", () => {
      const bytes = Buffer.from(readFileSync(pfx.file));
      // The rounds of its integrity check, 2048 in two octets, are the last number in the file.
      const place = bytes.lastIndexOf(Buffer.from([0x02, 0x02, 0x08, 0x00]));
      const grown = Buffer.concat([bytes.subarray(0, place), Buffer.from([0x02, 0x04, 0x3b, 0x9a, 0xca, 0x00]), bytes.subarray(place + 4)]);
      // Two octets more in each of the sequences around it: the whole file and the integrity check.
      grown.writeUInt16BE(grown.readUInt16BE(2) + 2, 2);
      const macStart = grown.lastIndexOf(Buffer.from([0x30, 0x41, 0x30, 0x31]));
      if (macStart > 0) grown[macStart + 1] = 0x43;
      writeFileSync(at("rounds.pfx"), grown);
      return at("rounds.pfx");
    }, ["certificate-unreadable"]],
    ["10,000 certificates in one bundle", () => {
      writeFileSync(at("bundle.pem"), readFileSync(authority.root.certificateFile, "utf8").repeat(10_000));
      return at("bundle.pem");
    }, ["certificate-unreadable", "file-too-large"]],
    ["a length of 4 GB", () => {
      writeFileSync(at("length.der"), Buffer.concat([Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), Buffer.alloc(5000, 0x30)]));
      return at("length.der");
    }, ["certificate-unreadable"]],
    ["sequences within sequences without end", () => {
      writeFileSync(at("nested.der"), Buffer.from("3080".repeat(1_000_000), "hex"));
      return at("nested.der");
    }, ["certificate-unreadable"]],
    ["nothing at all", () => {
      writeFileSync(at("empty.pfx"), "");
      return at("empty.pfx");
    }, ["file-empty"]],
    ["11 MB of zeros", () => {
      writeFileSync(at("big.pfx"), Buffer.alloc(11 * 1024 * 1024));
      return at("big.pfx");
    }, ["file-too-large"]],
    ["a device", () => "/dev/zero", ["file-unreadable"]],
    ["a folder", () => {
      mkdirSync(at("folder.pfx"), { recursive: true });
      return at("folder.pfx");
    }, ["file-unreadable"]],
    ["a file that is not there", () => at("absent.pfx"), ["file-not-found"]],
  ];
  it.each(cases)("%s is answered with a code, within 5 seconds and 256 MB", async (_, make, codes) => {
    const { status, json, seconds, peak } = await measured(["certificate", "inspect", make(), "--password-file", passwordFile]);
    expect(status).toBe(3);
    expect(codes).toContain(json.error.code);
    expect(seconds).toBeLessThan(5);
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(256);
  });

  it.skipIf(process.getuid?.() !== 0)("a file without the right to read it is refused with a code", () => {
    // Root may read everything, so it is asked as another user.
    writeFileSync(at("private.pfx"), readFileSync(pfx.file), { mode: 0o600 });
    const copy = mkdtempSync(join(tmpdir(), "lockstep-program-"));
    cpSync(join(program, ".."), copy, { recursive: true });
    chmodSync(copy, 0o755);
    chmodSync(folder, 0o755);
    const ran = spawnSync(process.execPath, [join(copy, "lockstep.js"), "certificate", "inspect", at("private.pfx"), "--json"], { uid: 65_534, gid: 65_534, cwd: "/", encoding: "utf8", env: { HOME: "/nonexistent", PATH: process.env["PATH"] } });
    rmSync(copy, { recursive: true, force: true });
    expect(ran.status).toBe(3);
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: false, error: { code: "file-unreadable" } });
  });

  it("imports nothing of a file that is refused", async () => {
    const before = (await machine.run(["certificate", "list"])).json.value;
    writeFileSync(at("half.pem"), readFileSync(pfx.certificateFile, "utf8") + readFileSync(pfx.keyFile, "utf8").slice(0, 400));
    const { status, json } = await machine.run(["certificate", "import", at("half.pem"), "--yes"]);
    expect([status, json.error.code]).toEqual([3, "certificate-unreadable"]);
    expect((await machine.run(["certificate", "list"])).json.value).toEqual(before);
  });
});
