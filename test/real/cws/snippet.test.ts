// Snippets run for real: each language's own runtime signs and sends to a server here, which keeps every byte, and OpenSSL
// says whether the signature holds over the bytes that came.
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SnippetRequest } from "../../../app/contract.ts";
import { snippetLanguages } from "../../../app/cws/cws-view.ts";
import { snippetFor } from "../../../app/cws/snippet.ts";
import { present } from "../../fixtures/certificate-corpus.ts";
import { openssl } from "../../fixtures/certificates.ts";
import { asCSharp } from "./powershell-transcript.ts";

const runFile = promisify(execFile);
const shim = join(import.meta.dirname, "ImportFromPem.cs");
const folder = mkdtempSync(join(tmpdir(), "lockstep-snippets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Language = SnippetRequest["language"];
type KeyKind = "2048" | "4096" | "2048 PKCS #1";

/** Whichever Python has the package: Debian's own does where that of the search path does not. */
const python = ["python3", "/usr/bin/python3"].find((program) => {
  try {
    execFileSync(program, ["-c", "import cryptography"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

type Commands = readonly (readonly [string, ...string[]])[];

interface Runtime {
  /** What it needs that is not here. */
  readonly missing: readonly string[];
  /** Commands that run the snippet in its folder, the last of which is the program itself. */
  readonly commands: (file: string) => Commands;
  readonly keys: readonly KeyKind[];
}

const absent = (...programs: readonly string[]): readonly string[] => programs.filter((program) => !present(program));
const everyKey: readonly KeyKind[] = ["2048", "4096", "2048 PKCS #1"];
const mono = (...sources: readonly string[]): Commands => [["mcs", "-out:request.exe", "-r:System.Net.Http.dll", "-main:Entry", "-nowarn:28", shim, ...sources], ["mono", "request.exe"]];
/** Mono's compiler takes no asynchronous Main for the one to begin with. */
const entry = "public static class Entry { public static void Main() { CwsRequest.Main().GetAwaiter().GetResult(); } }\n";
const runtimes: Readonly<Record<Language, Runtime>> = {
  php: { missing: absent("php"), commands: (file) => [["php", file]], keys: everyKey },
  node: { missing: absent("node"), commands: (file) => [["node", file]], keys: everyKey },
  csharp: { missing: absent("mcs", "mono"), commands: (file) => mono(file, "entry.cs"), keys: everyKey },
  powershell: { missing: absent("mcs", "mono"), commands: () => mono("transcript.cs"), keys: everyKey },
  python: { missing: python === undefined ? ["python3 with cryptography"] : [], commands: (file) => [[python ?? "", file]], keys: everyKey },
  java: { missing: absent("javac"), commands: (file) => [["java", file]], keys: ["2048", "4096"] },
  curl: { missing: absent("bash", "curl"), commands: (file) => [["bash", file]], keys: everyKey },
};

const manner: Readonly<Record<Language, string>> = {
  php: "PHP", node: "Node.js", csharp: "C#, compiled and run by Mono with the method that it lacks supplied", python: "Python", java: "Java", curl: "bash with curl and OpenSSL",
  powershell: "PowerShell, which is not here: its .NET calls and literals transcribed into C# and run by Mono",
};

const keyFile = (kind: KeyKind): string => join(folder, `${kind}.pem`);
const publicFile = (kind: KeyKind): string => join(folder, `${kind}.public.pem`);
beforeAll(() => {
  for (const bits of ["2048", "4096"] as const) openssl(["genpkey", "-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`, "-out", keyFile(bits)]);
  openssl(["rsa", "-traditional", "-in", keyFile("2048"), "-out", keyFile("2048 PKCS #1")]);
  expect(readFileSync(keyFile("2048 PKCS #1"), "utf8")).toContain("BEGIN RSA PRIVATE KEY");
  for (const kind of everyKey) openssl(["pkey", "-in", keyFile(kind), "-pubout", "-out", publicFile(kind)]);
});

interface Came {
  readonly line: string;
  /** Lines of the head, byte by byte as Latin-1. */
  readonly head: readonly string[];
  readonly body: Buffer;
}

/** A server that keeps what comes and answers `status` to everything. */
async function server(status: string): Promise<{ readonly port: number; readonly came: Came[]; close(): void }> {
  const came: Came[] = [];
  const listening = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    let continued = false;
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [line = "", ...head] = bytes.subarray(0, end).toString("latin1").split("\r\n");
      const length = Number(head.map((text) => /^content-length: (\d+)$/i.exec(text)?.[1]).find((found) => found !== undefined) ?? 0);
      if (!continued && head.some((text) => /^expect: 100-continue$/i.test(text))) {
        continued = true;
        socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      }
      if (bytes.length < end + 4 + length) return;
      came.push({ line, head, body: bytes.subarray(end + 4) });
      socket.end(`HTTP/1.1 ${status}\r\nLocation: /elsewhere\r\nContent-Length: ${line.startsWith("HEAD") ? 0 : 6}\r\nConnection: close\r\n\r\n${line.startsWith("HEAD") ? "" : "answer"}`);
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return { port: (listening.address() as AddressInfo).port, came, close: () => void listening.close() };
}

interface Case {
  readonly title: string;
  readonly method: SnippetRequest["method"];
  readonly algorithm: SnippetRequest["algorithm"];
  readonly key: KeyKind;
  /** Bytes of body.json; null where there is none to read. */
  readonly body: Buffer | null;
  readonly user?: string;
  /** As it is asked for, and as it comes. */
  readonly path?: readonly [asked: string, comes: string];
  readonly status?: string;
}

const hostile = "O'Neil \"q\" $(touch canary) `touch canary` ${user} $user {user} #{user} %s%n \\u0022 */ ?> <!-- '; touch canary; ' \", ''' \\";
const hostilePath = [
  "/a'b$(touch canary)`touch canary`\"c*/%24{e}|^[f]$user;touch canary;?q='\"$user&r=[1-3]{a,b}&s=%22\\u0022#fragment",
  "/a'b$(touch%20canary)%60touch%20canary%60%22c*/%24%7Be%7D%7C%5E%5Bf%5D$user;touch%20canary;?q=%27%22$user&r=%5B1-3%5D%7Ba,b%7D&s=%22%5Cu0022",
] as const;
const everyByte = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));

const cases: readonly Case[] = [
  { title: "GET", method: "GET", algorithm: "CWS-SHA256", key: "2048", body: null },
  { title: "GET", method: "GET", algorithm: "CWS-SHA1", key: "4096", body: null },
  { title: "HEAD", method: "HEAD", algorithm: "CWS-SHA256", key: "2048", body: null },
  { title: "POST of UTF-8", method: "POST", algorithm: "CWS-SHA256", key: "2048", body: Buffer.from("{\"name\":\"Renée Müller 😀\",\"note\":\"e\u0301\"}\n") },
  { title: "PUT with CRLF", method: "PUT", algorithm: "CWS-SHA1", key: "4096", body: Buffer.from("{\r\n  \"a\": 1\r\n}\r\n") },
  { title: "POST without a newline at the end", method: "POST", algorithm: "CWS-SHA256", key: "4096", body: Buffer.from("{ \"a\" :  1, \"a\": \"\\/\" }") },
  { title: "POST of an empty body", method: "POST", algorithm: "CWS-SHA1", key: "2048", body: Buffer.alloc(0) },
  { title: "PUT of every byte", method: "PUT", algorithm: "CWS-SHA256", key: "2048", body: everyByte },
  { title: "POST of UTF-8 with a BOM", method: "POST", algorithm: "CWS-SHA256", key: "2048 PKCS #1", body: Buffer.from("\uFEFF{}\n\n") },
  { title: "PATCH", method: "PATCH", algorithm: "CWS-SHA256", key: "2048", body: Buffer.from("[]") },
  { title: "DELETE", method: "DELETE", algorithm: "CWS-SHA256", key: "2048", body: Buffer.from("{}") },
  { title: "POST that is redirected", method: "POST", algorithm: "CWS-SHA256", key: "2048", body: Buffer.from("{}"), status: "302 Found" },
  { title: "GET that is redirected", method: "GET", algorithm: "CWS-SHA256", key: "2048", body: null, status: "307 Temporary Redirect" },
  { title: "PUT that is refused", method: "PUT", algorithm: "CWS-SHA256", key: "2048", body: Buffer.from("{}"), status: "403 Forbidden" },
  { title: "POST with a hostile name and URL", method: "POST", algorithm: "CWS-SHA256", key: "2048", body: Buffer.from("{}"), user: hostile, path: hostilePath },
  { title: "GET with a name of backslashes", method: "GET", algorithm: "CWS-SHA256", key: "2048", body: null, user: "\\\\\\" },
];

describe.each(snippetLanguages)("a snippet", (language) => {
  const { missing, commands, keys } = runtimes[language];

  describe.skipIf(missing.length > 0).concurrent(`${manner[language]}${missing.length > 0 ? ` (not here: ${missing.join(", ")})` : ""}`, () => {
    const applicable = cases.filter(({ key }) => keys.includes(key)).map((given) => ({ ...given, name: `${given.title}, ${given.algorithm}, ${given.key}` }));

    it.each(applicable)("$name", { timeout: 120_000 }, async ({ name, method, algorithm, key, body, user = "clinic7", path = ["/", "/"], status = "200 OK" }) => {
      const place = join(folder, `${language}-${name.replace(/\W+/g, "-")}`);
      mkdirSync(place);
      const { port, came, close } = await server(status);
      const { fileName, text } = snippetFor({ language, user, algorithm, method, url: `http://127.0.0.1:${port}${path[0]}` });
      writeFileSync(join(place, fileName), text);
      if (language === "powershell") writeFileSync(join(place, "transcript.cs"), `using System.Security.Cryptography;\npublic static class Entry { public static void Main() {\n${asCSharp(text)}\n} }\n`);
      if (language === "csharp") writeFileSync(join(place, "entry.cs"), entry);
      writeFileSync(join(place, keyName(text)), readFileSync(keyFile(key)));
      if (body !== null) writeFileSync(join(place, "body.json"), body);

      let printed = "";
      for (const [program, ...args] of commands(fileName)) {
        const before = readdirSync(place);
        const { stdout, stderr } = await runFile(program, args, { cwd: place, env: { ...withoutProxies(), LC_ALL: "C.UTF-8" }, encoding: "utf8" });
        expect(stderr).toBe("");
        printed = stdout;
        // Only the compiler leaves something behind.
        if (program !== "mcs") expect(readdirSync(place)).toEqual(before);
      }
      close();

      expect(came).toHaveLength(1);
      const [only] = came;
      if (only === undefined) return;
      expect(only.line).toBe(`${method} ${path[1]} HTTP/1.${only.line.slice(-1)}`);
      expect(only.body.equals(body ?? Buffer.alloc(0))).toBe(true);
      const authorization = only.head.filter((line) => /^authorization\s*:/i.test(line));
      expect(authorization).toHaveLength(1);
      const value = authorization[0]?.replace(/^authorization: /i, "") ?? "";
      const [start, end] = [`${algorithm} Access=${user}, Signature=`, value.slice(-((key === "4096" ? 684 : 344)))];
      expect(value).toBe(start + end);
      expect(end).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
      if (body !== null) expect(only.head.filter((line) => /^content-type:/i.test(line)).map((line) => line.replace(/^.*?: /, ""))).toEqual(["application/json"]);
      expect(verifies(place, algorithm, publicFile(key), end, only.body)).toBe(true);
      expect(printed).toContain(status.slice(0, 3));
      if (method !== "HEAD") expect(printed).toContain("answer");
    });
  });
});

const withoutProxies = (): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));

/** The name of the key's file, as it stands in the program. */
const keyName = (text: string): string => /[\w.-]+\.private\.pem/.exec(text)?.[0] ?? "";

function verifies(place: string, algorithm: string, publicKey: string, signature: string, body: Buffer): boolean {
  const [signatureFile, bodyFile] = [join(place, "came.signature"), join(place, "came.body")];
  writeFileSync(signatureFile, Buffer.from(signature, "base64"));
  writeFileSync(bodyFile, body);
  return openssl(["dgst", algorithm === "CWS-SHA1" ? "-sha1" : "-sha256", "-verify", publicKey, "-signature", signatureFile, bodyFile]).toString() === "Verified OK\n";
}
