// The signature verbs of the built program: made, explained, sent and received, with keys that OpenSSL made.
import { execFileSync, spawn } from "node:child_process";
import { createSign, randomBytes } from "node:crypto";
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockstep, program, type RunOptions } from "../fixtures/lockstep.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-signature-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};
const openssl = (...args: string[]): Buffer => execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
const run = (args: readonly string[], options?: RunOptions) => lockstep(["signature", ...args, "--data-dir", at("data")], options);
const body = "{\"name\":\"Zoë\",\r\n \"n\":1.0}\n";

beforeAll(async () => {
  openssl("genrsa", "-out", "clinic7.pem", "2048");
  openssl("rsa", "-in", "clinic7.pem", "-pubout", "-out", "clinic7.public.pem");
  openssl("genrsa", "-out", "clinic8.pem", "2048");
  openssl("rsa", "-in", "clinic8.pem", "-pubout", "-out", "clinic8.public.pem");
  write("body.json", body);
  for (const name of ["clinic7", "clinic8"]) expect((await lockstep(["key-user", "add", name, "--public-key", at(`${name}.public.pem`), "--data-dir", at("data")])).status).toBe(0);
}, 60_000);

const signed = async (...args: string[]): Promise<string> => (await run(["sign", "--user", "clinic7", "--key", at("clinic7.pem"), ...args])).stdout.trimEnd();

describe("sign", () => {
  it("prints the header line and nothing else, and warns on standard error that a GET's can be used again", async () => {
    const { stdout, stderr, status } = await run(["sign", "--user", "clinic7", "--key", at("clinic7.pem")]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Authorization: CWS-SHA256 Access=clinic7, Signature=[A-Za-z0-9+/]{342}==\n$/);
    expect(stderr).toContain("reusable-credential");
    expect((await signed("--algorithm", "cws-sha1", "--body-file", at("body.json")))).toContain("CWS-SHA1 Access=clinic7");
  });
  it("says with --json what was signed, and with which key", async () => {
    const { json } = await run(["sign", "--user", "clinic8", "--key", at("clinic7.pem"), "--body-file", at("body.json"), "--json"]);
    expect(json.value).toMatchObject({ header: expect.stringMatching(/^Authorization: CWS-SHA256 Access=clinic8, Signature=/), algorithm: "CWS-SHA256", user: "clinic8", signature: expect.any(String) });
    expect(json.value.signedBytes).toBe(Buffer.byteLength(body));
    expect(json.value.digest).toBe(openssl("dgst", "-sha256", "-r", "body.json").toString().slice(0, 64));
    expect(json.value.findings).toContainEqual(expect.objectContaining({ code: "key-not-registered", message: expect.stringContaining("that of clinic7") }));
  });
  it("takes an encrypted key with its password, by PKCS #8 or in the old form", async () => {
    openssl("pkcs8", "-topk8", "-in", "clinic7.pem", "-out", "sealed.pem", "-v2", "aes-256-cbc", "-passout", "pass:open sesame");
    openssl("rsa", "-in", "clinic7.pem", "-traditional", "-aes128", "-out", "sealed-old.pem", "-passout", "pass:open sesame");
    const plain = await signed();
    for (const file of ["sealed.pem", "sealed-old.pem"]) {
      const args = ["sign", "--user", "clinic7", "--key", at(file), "--password-stdin"];
      expect((await run(args, { input: "open sesame\n" })).stdout.trimEnd()).toBe(plain);
      expect((await run([...args, "--json"], { input: "wrong\n" })).json.error.code).toBe("password-wrong");
    }
    expect((await run(["sign", "--user", "clinic7", "--key", at("sealed.pem"), "--json"])).json.error.code).toBe("password-needed");
  });
  it("refuses what cannot sign, and says why", async () => {
    openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", "ec.pem");
    openssl("genpkey", "-algorithm", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "pss.pem");
    write("rubbish.pem", randomBytes(2000));
    write("cut.pem", readFileSync(at("clinic7.pem"), "utf8").slice(0, 700));
    for (const file of ["ec.pem", "pss.pem", "clinic7.public.pem", "rubbish.pem", "cut.pem"]) {
      const { json, status } = await run(["sign", "--user", "clinic7", "--key", at(file), "--json"]);
      expect(json.error.code, file).toBe("signing-key-unusable");
      expect(status).toBe(3);
    }
  });
  it.each([["a comma", "clinic7, Signature=x"], ["an equals sign", "a=b"], ["a blank", "clinic 7"], ["an emoji", "clinic🩺"], ["a line end", "clinic7\r\nX: y"], ["nothing", ""]])("refuses a user whose name has %s", async (_, name) => {
    const { json, status } = await run(["sign", "--user", name, "--key", at("clinic7.pem"), "--json"]);
    expect(json.error.code).toBe("key-user-name");
    expect(status).toBe(3);
  });
  it("signs with a key of 512 bits, and says that it is too small", async () => {
    openssl("genrsa", "-out", "tiny.pem", "512");
    const { json } = await run(["sign", "--user", "clinic7", "--key", at("tiny.pem"), "--json"]);
    expect(json.value.findings).toContainEqual(expect.objectContaining({ code: "key-too-small" }));
  });
  it("streams a body of 100 MB, and refuses one beyond 128 MiB", async () => {
    const large = openSync(at("large.bin"), "w");
    ftruncateSync(large, 100_000_000);
    closeSync(large);
    const header = await signed("--body-file", at("large.bin"));
    expect(openssl("dgst", "-sha256", "-verify", "clinic7.public.pem", "-signature", write("large.sig", Buffer.from(header.split("Signature=")[1] ?? "", "base64")), "large.bin").toString()).toBe("Verified OK\n");
    const verified = await run(["verify", "--header", header, "--body-file", at("large.bin"), "--json"]);
    expect(verified.json.value.valid).toBe(true);
    writeFileSync(at("large.bin"), "x", { flag: "a" });
    expect((await run(["diagnose", "--header", header, "--body-file", at("large.bin"), "--json"])).json.value.findings.map(({ code }: { code: string }) => code)).toEqual(["body.unknown-difference"]);
    const larger = openSync(at("large.bin"), "w");
    ftruncateSync(larger, 128 * 1024 * 1024 + 1);
    closeSync(larger);
    expect((await run(["sign", "--user", "clinic7", "--key", at("clinic7.pem"), "--body-file", at("large.bin"), "--json"])).json.error.code).toBe("body-too-large");
    rmSync(at("large.bin"));
  }, 90_000);
});

describe("diagnose", () => {
  it("gives valid, user, algorithm and findings, and ends with 1 where the signature does not hold", async () => {
    const header = await signed("--body-file", at("body.json"));
    expect((await run(["diagnose", "--header", header, "--body-file", at("body.json"), "--json"])).json).toEqual({ ok: true, value: { valid: true, user: "clinic7", algorithm: "CWS-SHA256", findings: [], opened: null } });
    const { json, status } = await run(["diagnose", "--header", header, "--body-file", write("lf.json", body.replaceAll("\r\n", "\n")), "--json"]);
    expect(json.value).toMatchObject({ valid: false, user: "clinic7", algorithm: "CWS-SHA256", findings: [{ code: "body.line-endings", message: expect.any(String), evidence: expect.stringContaining("CRLF"), mend: expect.any(String) }] });
    expect(status).toBe(1);
  });
  it("reads the header from a file or standard input, line breaks and all", async () => {
    const folded = (await signed("--body-file", at("body.json"))).replace(", Signature", ",\r\n Signature");
    for (const [args, options] of [[["--header", folded], {}], [["--header", "-"], { input: folded }], [["--header", `@${write("folded.txt", folded)}`], {}]] as const) {
      expect((await run(["diagnose", ...args, "--body-file", at("body.json"), "--json"], options)).json.value.findings.map(({ code }: { code: string }) => code)).toEqual(["header.folded"]);
    }
  });
  it("says for people what is wrong, why, and what to do, and never the signature", async () => {
    const header = (await signed("--body-file", at("body.json"))).replace("clinic7", "CLINIC7");
    const { stdout, status } = await run(["verify", "--header", header, "--body-file", at("body.json")]);
    expect(status).toBe(1);
    expect(stdout).toContain("registered is “clinic7”");
    expect(stdout).toContain("Mend: Write Access=clinic7.");
    expect(stdout).not.toContain(header.split("Signature=")[1]?.slice(50, 90));
  });
  it("knows no user that was never added", async () => {
    const { json, status } = await run(["diagnose", "--header", await signed(), "--user", "nobody", "--json"]);
    expect(json.error.code).toBe("not-found");
    expect(status).toBe(3);
  });
});

interface Listener { readonly address: string; readonly lines: string[]; stop(): Promise<{ readonly status: number | null; readonly last: string }> }

/** `signature listen` in a process of its own, its lines as they come. */
async function listener(...args: string[]): Promise<Listener> {
  const child = spawn(process.execPath, [program, "signature", "listen", "--json", "--data-dir", at("data"), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const reading = createInterface({ input: child.stdout });
  const first = new Promise<string>((resolve) => reading.once("line", resolve));
  reading.on("line", (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const { address } = JSON.parse(await first) as { address: string };
  return {
    address, lines,
    stop: async () => {
      child.kill("SIGINT");
      const status = await ended;
      return { status, last: lines.at(-1) ?? "" };
    },
  };
}

describe("send and listen", () => {
  it("a client that is right is told so, one that is wrong is told why; both are in the log", async () => {
    const { address, lines, stop } = await listener();
    const good = await run(["send", `${address}/cws/patients?x=1`, "--user", "clinic7", "--key", at("clinic7.pem"), "--body-file", at("body.json"), "--json"]);
    expect(good.json.value.response).toMatchObject({ status: 200, text: expect.stringContaining("\"valid\":true") });
    expect(good.json.value.request.headers).toContainEqual({ name: "Content-Type", value: "application/json" });
    expect(JSON.stringify(good.json.value.request)).not.toMatch(/Signature=[A-Za-z0-9+/]{20}/);
    expect((await run(["send", address, "--user", "clinic7", "--key", at("clinic7.pem"), "--json"])).status).toBe(0);
    const bad = await run(["send", address, "--user", "clinic7", "--key", at("clinic8.pem"), "--method", "PUT", "--body-file", at("body.json"), "--json"]);
    expect(bad.status).toBe(1);
    expect(JSON.parse(String(bad.json.value.response.text)).findings[0]).toMatchObject({ code: "signature.wrong-key", message: expect.stringContaining("clinic8") });
    const without = await fetch(address);
    expect(without.status).toBe(401);
    const { status, last } = await stop();
    expect(status).toBe(0);
    expect(JSON.parse(last)).toEqual({ ok: true, value: { valid: 2, invalid: 2 } });
    expect(lines.slice(1, -1).map((line) => JSON.parse(line)).map(({ method, path, diagnosis }) => [method, path, diagnosis.findings[0]?.code ?? "valid"])).toEqual([
      ["POST", "/cws/patients?x=1", "valid"], ["GET", "/", "valid"], ["PUT", "/", "signature.wrong-key"], ["GET", "/", "header.missing-scheme"],
    ]);
    expect(lines.join("")).not.toMatch(/Signature=[A-Za-z0-9+/]{20}/);
  }, 60_000);
  it("a user that is added while it listens is known at once", async () => {
    const { address, stop } = await listener();
    openssl("genrsa", "-out", "late.pem", "2048");
    openssl("rsa", "-in", "late.pem", "-pubout", "-out", "late.public.pem");
    const send = () => run(["send", address, "--user", "late", "--key", at("late.pem"), "--json"]);
    expect((await send()).json.value.response.status).toBe(401);
    await lockstep(["key-user", "add", "late", "--public-key", at("late.public.pem"), "--data-dir", at("data")]);
    expect((await send()).json.value.response.status).toBe(200);
    await stop();
  }, 60_000);
  it("a port that is taken is named", async () => {
    const { address, stop } = await listener();
    const { json } = await run(["listen", "--port", new URL(address).port, "--json"]);
    expect(json.error.code).toBe("port-taken");
    await stop();
  });
});

/** A server of the test's own: what it heard, and what it answers. */
async function serving(server: Server, answer: (request: IncomingMessage, body: Buffer) => { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string | Buffer }): Promise<{ readonly port: number; readonly heard: string[]; close(): void }> {
  const heard: string[] = [];
  server.on("request", (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      heard.push(`${request.method ?? ""} ${request.url ?? ""}`);
      const { status, headers, body: text } = answer(request, Buffer.concat(chunks));
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, heard, close: () => { server.close(); server.closeAllConnections(); } };
}

describe("send", () => {
  const args = (url: string, ...more: string[]) => ["send", url, "--user", "clinic7", "--key", at("clinic7.pem"), "--json", ...more];

  it("checks the answer's signature with CorEMR's key, over its very bytes", async () => {
    openssl("genrsa", "-out", "coremr.pem", "4096");
    openssl("rsa", "-in", "coremr.pem", "-pubout", "-out", "coremr.public.pem");
    const answer = "{\"id\":7,\"name\":\"Zoë\"}\n";
    const signature = createSign("sha256").update(answer).sign(readFileSync(at("coremr.pem"), "utf8"), "base64");
    let said = answer;
    const { port, close } = await serving(createServer(), () => ({ status: 201, headers: { "Authorization": `CWS-SHA256 Access=CorEMR, Signature=${signature}`, "Date": new Date(Date.now() + 3_600_000).toUTCString() }, body: said }));
    const ask = () => run(args(`http://127.0.0.1:${port}/`, "--answer-key", at("coremr.public.pem"), "--body-file", at("body.json")));
    const good = (await ask()).json.value;
    expect(good.answerSignature).toMatchObject({ state: "found", diagnosis: { valid: true, user: "CorEMR" } });
    expect(good.findings).toContainEqual(expect.objectContaining({ code: "clocks-differ" }));
    said = answer.trimEnd();
    expect((await ask()).json.value.answerSignature.diagnosis.findings).toEqual([expect.objectContaining({ code: "body.trailing-newline" })]);
    expect((await run(args(`http://127.0.0.1:${port}/`, "--answer-key", at("coremr.public.pem"), "--answer-header", "X-Signature"))).json.value.answerSignature).toEqual({ state: "absent" });
    close();
  }, 60_000);
  it("follows no redirect, and says where it would have led", async () => {
    const { port, heard, close } = await serving(createServer(), () => ({ status: 301, headers: { Location: "https://elsewhere.example.org/" } }));
    const { json } = await run(args(`http://127.0.0.1:${port}/old`));
    expect(json.value.findings).toContainEqual(expect.objectContaining({ code: "redirected", message: expect.stringContaining("https://elsewhere.example.org/") }));
    expect(heard).toEqual(["GET /old"]);
    close();
  });
  it("sends nothing to a server whose certificate is not trusted, unless told to", async () => {
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tls.key", "-out", "tls.crt", "-subj", "/CN=localhost", "-days", "2");
    const { port, heard, close } = await serving(createTlsServer({ key: readFileSync(at("tls.key")), cert: readFileSync(at("tls.crt")) }), () => ({ status: 200, body: "{}" }));
    const refused = await run(args(`https://localhost:${port}/`));
    expect(refused.json.error.code).toBe("certificate-untrusted");
    expect(refused.status).toBe(3);
    expect(heard).toEqual([]);
    const { json } = await run(args(`https://localhost:${port}/`, "--allow-untrusted"));
    expect(json.value.tls.problem).toContain("signed by itself");
    expect(json.value.findings).toContainEqual(expect.objectContaining({ code: "certificate-untrusted" }));
    close();
  });
  it.each([
    ["plain http to another computer", "http://coremr.example.org/ws", [], "address-refused"], ["a name and password in the URL", "https://a:b@127.0.0.1/", [], "address-refused"], ["another scheme", "file:///etc/passwd", [], "address-refused"],
    ["no URL", "not a url", [], "address-refused"], ["a header of Lockstep's own", "http://127.0.0.1:9/", ["--add-header", "Authorization: x"], "input-invalid"], ["a header with a line break", "http://127.0.0.1:9/", ["--add-header", "X-A: b\r\nX-C: d"], "input-invalid"],
    ["a port where nothing listens", "http://127.0.0.1:9/", [], "not-listening"],
  ])("refuses %s", async (_, url, more, code) => {
    expect((await run(args(url, ...more))).json.error.code).toBe(code);
  });
});

describe("snippet", () => {
  it("prints a program for each language", async () => {
    for (const language of ["php", "node", "csharp", "powershell", "python", "java", "curl"]) {
      const { stdout, status } = await run(["snippet", language, "--user", "clinic7", "--url", "https://coremr.example.org/ws/patients"]);
      expect(status).toBe(0);
      expect(stdout).toContain("https://coremr.example.org/ws/patients");
    }
    expect((await run(["snippet", "cobol", "--json"])).json.error.code).toBe("usage");
  });
});
