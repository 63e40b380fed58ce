// The trial of a site under Debian's nginx: what is rendered passes, and each thing made wrong on purpose is named.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LockstepError } from "../../../app/errors.ts";
import type { TrialAnswer, TrialPlaces, TrialRequest } from "../../../app/machine.ts";
import type { Site } from "../../../app/nginx/site.ts";
import { trialOf } from "../../../app/nginx/trial.ts";
import { openNginx } from "../../../main/machines/linux/nginx.ts";
import { bundle } from "../../fixtures/bundle.ts";
import { callOf } from "../../fixtures/call.ts";
import { makeAuthority, makeCertificate, makeKey, openssl, type Authority, type Issued } from "../../fixtures/certificates.ts";
import { hasNginx, nginxProgram, nginxVersion, refusesHandshakes } from "../../fixtures/nginx.ts";

const name = "clinic.example.org";
const folder = mkdtempSync(join(tmpdir(), "lockstep-tried-"));
let clients: Authority;
let server: Issued;
let other: Issued;
let chain: string;

const nginx = openNginx({
  program: nginxProgram, arguments: [], sites: null, service: null, certificateFiles: () => ({ certificate: "", key: "" }), call: callOf(nginxProgram),
});

const site = (changes: Partial<Site> = {}): Site => ({
  kind: "icdr", serverNames: [name], upstreams: ["http://127.0.0.1:9000"], certificate: chain, key: server.keyFile, nginxVersion, ...changes,
});

const leftovers = (): readonly string[] => readdirSync(tmpdir()).filter((each) => each.startsWith(`lockstep-trial-${process.pid}-`));

interface Tried { readonly fault: string | null; readonly answers: readonly TrialAnswer[]; readonly places: TrialPlaces }

/** What the trial of a site finds; its text is changed before where `edit` is given. */
async function tried(of: Site, edit?: (text: string) => string): Promise<Tried> {
  const trial = trialOf(of, server.thumbprint);
  let places: TrialPlaces = { https: 0, http: 0, upstream: 0 };
  const answers = await nginx.trial((given) => {
    places = given;
    const text = trial.render(given);
    if (!edit) return text;
    const edited = edit(text);
    expect(edited).not.toBe(text);
    return edited;
  }, trial.requests);
  return { fault: trial.judge(answers, places), answers, places };
}

const errorOf = (promise: Promise<unknown>): Promise<LockstepError> => promise.then(() => { throw new Error("It succeeded."); }, (thrown: unknown) => thrown as LockstepError);

const closedAt = (port: number): Promise<boolean> => new Promise((resolve) => {
  const socket = connect(port, "127.0.0.1");
  socket.once("connect", () => {
    socket.destroy();
    resolve(false);
  });
  socket.once("error", () => resolve(true));
});

/** Process ids whose title or session says what is asked. */
const processes = (holds: (title: string, session: number) => boolean): readonly number[] => readdirSync("/proc").filter((each) => /^\d+$/.test(each)).map(Number).filter((id) => {
  try {
    const session = Number(/^.*\) \S \d+ \d+ (\d+)/s.exec(readFileSync(`/proc/${id}/stat`, "latin1"))?.[1]);
    return holds(readFileSync(`/proc/${id}/cmdline`, "latin1"), session);
  } catch {
    return false;
  }
});

async function eventually<Value>(look: () => Value | null): Promise<Value> {
  for (;;) {
    const seen = look();
    if (seen !== null) return seen;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe.skipIf(!hasNginx)("the trial of a site", () => {
  beforeAll(() => {
    const authority = makeAuthority(join(folder, "ca"));
    clients = makeAuthority(join(folder, "clients"), { name: "Clients" });
    const names = [name, "second.example.org", "*.wild.example.org"];
    server = makeCertificate(join(folder, "server"), authority.intermediate, { commonName: name, names });
    other = makeCertificate(join(folder, "other"), authority.intermediate, { commonName: name, names });
    chain = join(folder, "chain.pem");
    writeFileSync(chain, readFileSync(server.certificateFile, "utf8") + readFileSync(authority.intermediate.certificateFile, "utf8"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    expect(leftovers()).toEqual([]);
  });

  it("passes what is rendered, of every kind", async () => {
    const authorities = clients.chainFile;
    const sites: readonly Partial<Site>[] = [
      {}, { kind: "dcdr" }, { port: 9443, redirectFrom: 8080 }, { redirectFrom: null }, { listenOn: ["192.0.2.7", "::1"] }, { http2: false }, { hsts: true }, { webSocket: true }, { nginxVersion: "1.18.0" },
      { clientCertificates: { authorities, required: true } }, { clientCertificates: { authorities, required: false } },
      { upstreams: ["http://127.0.0.1:9000", "http://127.0.0.1:9001", "http://[::1]:9002"] }, { upstreams: ["http://[::1]:9000"] }, { upstreams: ["http://sdb.invalid:9000"] },
      { upstreamHost: "sdb.local" }, { upstreamHost: "0.0.0.0" }, { upstreamHost: "[::1]" }, { serverNames: ["*.wild.example.org"] }, { serverNames: [name, "second.example.org"] },
      { serverNames: [`${"a".repeat(60)}.${"b".repeat(60)}.example.org`] }, { bodyMegabytes: 1 }, { bodyMegabytes: 10_240, timeoutSeconds: 1 },
    ];
    for (const changes of sites) {
      const { fault, places } = await tried(site(changes));
      expect(fault, JSON.stringify(changes)).toBeNull();
      expect([await closedAt(places.https), await closedAt(places.http), await closedAt(places.upstream)]).toEqual([true, true, true]);
      expect(leftovers()).toEqual([]);
    }
  });

  it("tells what was answered, and what reached the upstream", async () => {
    const { answers, places } = await tried(site());
    const [get, post, unknown, redirect] = answers;
    expect(answers).toHaveLength(4);
    expect(get).toMatchObject({ failure: null, status: 200, location: null, thumbprint: server.thumbprint });
    expect(get?.received?.headers.slice(0, 3)).toEqual([["host", `127.0.0.1:9000`], ["x-real-ip", "127.0.0.1"], ["x-forwarded-for", "127.0.0.1"]]);
    expect(post).toMatchObject({ failure: null, status: 200, received: { bodySize: 4 * 1024 * 1024 } });
    expect(unknown).toMatchObject({ status: 0, location: null, thumbprint: refusesHandshakes ? null : server.thumbprint, received: null });
    expect(unknown?.failure).toMatch(refusesHandshakes ? /does not complete a TLS handshake: .*unrecognized name/ : /does not answer as it should/);
    expect(redirect).toEqual({ failure: null, status: 308, location: `https://${name}:${places.https}/lockstep-trial?x=1`, thumbprint: null, received: null });
  });

  it("knows the certificate of who closes without an answer", async () => {
    const { answers } = await tried(site({ nginxVersion: "1.18.0" }));
    expect(answers[2]).toMatchObject({ status: 0, thumbprint: server.thumbprint, received: null });
    expect(answers[2]?.failure).toMatch(/does not answer as it should/);
  });

  it("names each thing that is wrong", async () => {
    const header = (from: string, to: string) => (text: string) => text.replace(`proxy_set_header ${from};`, to === "" ? "" : `proxy_set_header ${to};`);
    const withoutRefusal = (text: string) => text.replace(/server \{[^}]*(?:ssl_reject_handshake on|return 444);[^}]*\}/, "");
    const wrong: readonly (readonly [edit: (text: string) => string, fault: RegExp, changes?: Partial<Site>])[] = [
      [header("X-Forwarded-For $remote_addr", "X-Forwarded-For $proxy_add_x_forwarded_for"), /sent x-forwarded-for: 203\.0\.113\.66, 127\.0\.0\.1, where it must be 127\.0\.0\.1/],
      [header("X-Real-IP $remote_addr", ""), /sent x-real-ip: 203\.0\.113\.66/],
      [header("X-Forwarded-Proto $scheme", ""), /sent x-forwarded-proto: http,/],
      [header('Forwarded ""', ""), /sent forwarded: for=203/],
      [header('X-SSL-ClientCert ""', ""), /sent x-ssl-clientcert: -----BEGIN/],
      [header('X-SSL-ClientCert ""', "X-SSL-ClientCert $http_x_ssl_clientcert"), /sent x-ssl-clientcert/],
      [header("X-SSL-ClientCert $ssl_client_escaped_cert", ""), /sent x-ssl-clientcert/, { clientCertificates: { authorities: clients.chainFile, required: true } }],
      [header("Host 127.0.0.1:9000", "Host $host"), /sent host: clinic\.example\.org/],
      [(text) => text.replace(/return 308 https:\/\/\$host:\d+/, "return 308 https://$host"), /sent to https:\/\/clinic\.example\.org\/lockstep-trial\?x=1 \(308\)/],
      [(text) => text.replace("return 308", "return 301"), /\(301\) instead of/],
      [(text) => text.replace("return 308 ", "return 308 http://elsewhere.invalid; #"), /sent to http:\/\/elsewhere\.invalid/],
      [(text) => text.replace(/client_max_body_size.*/, ""), /An upload of 4 MB does not reach SanteDB: NGINX answers 413/],
      [withoutRefusal, /unknown host name is let through/],
      [(text) => text.replaceAll(chain, other.certificateFile).replaceAll(server.keyFile, other.keyFile), /serves the certificate [0-9A-F]{40} instead of/],
      [(text) => text.replace(/(upstream \S+ \{\s*server) 127\.0\.0\.1:\d+/, "$1 127.0.0.1:1"), /does not reach SanteDB: NGINX answers 502/],
      [(text) => text.replaceAll("ssl_protocols TLSv1.2 TLSv1.3", "ssl_protocols TLSv1"), /does not reach SanteDB: .*does not complete a TLS handshake/],
      [(text) => text.replace(/location \/ \{/, "location / { return 444;"), /does not reach SanteDB: .*does not answer as it should/],
      [() => "", /does not reach SanteDB: Nothing answers/],
    ];
    for (const [edit, fault, changes] of wrong) expect((await tried(site(changes), edit)).fault, String(edit)).toMatch(fault);
    expect(leftovers()).toEqual([]);
  });

  it("says why NGINX does not start", async () => {
    const key = (file: string) => errorOf(tried(site({ key: file })));
    const encrypted = join(folder, "encrypted.pem");
    openssl(["pkcs8", "-topk8", "-in", server.keyFile, "-passout", "pass:Fixture password 7", "-out", encrypted]);
    const refusals: readonly (readonly [Promise<LockstepError>, RegExp, RegExp])[] = [
      [key(encrypted), /cannot load certificate key/, /password off the key/],
      [key(makeKey(join(folder, "foreign.pem"), "ec:p256")), /key values mismatch/, /own key/],
      [key(join(folder, "missing.pem")), /cannot load certificate key .*No such file/, /path of the key/],
      [errorOf(tried(site(), (text) => `${text}\nno_such_thing on;\n`)), /unknown directive "no_such_thing" in site\.conf:\d+/, /module/],
      [errorOf(tried(site(), (text) => `${text}\nserver {\n`)), /unexpected end of file, expecting "}" in site\.conf/, /place that it names/],
    ];
    for (const [refusal, reason, remedy] of refusals) {
      const error = await refusal;
      expect([error.code, error.message]).toEqual(["nginx-refused", expect.stringMatching(reason)]);
      expect(error.hint).toMatch(remedy);
      expect(error.evidence?.command[0]).toBe(nginxProgram);
      expect(error.evidence?.output).toContain("[emerg]");
    }
    expect((await errorOf(nginx.trial(() => { throw new Error("No text."); }, []))).message).toBe("No text.");
    expect(leftovers()).toEqual([]);
  });

  it("takes other ports where one is lost meanwhile, and gives up after three", async () => {
    const squatters: Server[] = [];
    const squat = (port: number): void => void squatters.push(createServer().listen({ port, host: "127.0.0.1", exclusive: true }));
    const trial = trialOf(site(), server.thumbprint);
    const seen: TrialPlaces[] = [];
    const run = (lost: number) => nginx.trial((places) => {
      seen.push(places);
      if (seen.length <= lost) squat(seen.length === 1 ? places.http : places.https);
      return trial.render(places);
    }, trial.requests);
    try {
      const answers = await run(2);
      expect(trial.judge(answers, seen[2] as TrialPlaces)).toBeNull();
      expect(seen).toHaveLength(3);
      seen.length = 0;
      const error = await errorOf(run(3));
      expect([error.code, error.message]).toEqual(["nginx-refused", expect.stringMatching(/bind\(\) to 127\.0\.0\.1:\d+ failed \(98: /)]);
      expect(seen).toHaveLength(3);
    } finally {
      for (const each of squatters) each.close();
    }
    expect(leftovers()).toEqual([]);
  });

  it("keeps its folder to itself, and leaves no process", async () => {
    const running = tried(site());
    const master = await eventually(() => {
      const [id] = processes((title) => title.startsWith("nginx: master process") && title.includes(`lockstep-trial-${process.pid}-`));
      return id ?? null;
    });
    const [own = ""] = leftovers();
    expect(["", "site.conf"].map((file) => statSync(join(tmpdir(), own, file)).mode & 0o777)).toEqual([0o700, 0o600]);
    await running;
    expect(processes((_, session) => session === master)).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  it.each(["SIGTERM", "SIGKILL"] as const)("leaves no NGINX where its own process ends by %s", async (signal) => {
    const held = new Set<{ destroy(): unknown }>();
    const asked = { resolve: (): void => undefined };
    const isAsked = new Promise<void>((resolve) => { asked.resolve = resolve; });
    const silent = createServer((socket) => {
      held.add(socket);
      socket.on("error", () => undefined);
      asked.resolve();
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const temporary = join(folder, signal);
    mkdirSync(temporary);
    const program = await bundle("test/real/nginx/trial-program.ts", ["app", "main", "test/real/nginx"]);
    const child = spawn(process.execPath, [program, nginxProgram, nginxVersion, String((silent.address() as AddressInfo).port)], { env: { ...process.env, TMPDIR: temporary }, stdio: "ignore" });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, by) => resolve(by)));
    try {
      await isAsked;
      const [id] = processes((title) => title.startsWith("nginx: master process") && title.includes(temporary));
      expect(id).toBeGreaterThan(0);
      child.kill(signal);
      expect(await ended).toBe(signal);
      for (const socket of held) socket.destroy();
      await eventually(() => (processes((_, session) => session === id).length === 0 ? true : null));
      const left = readdirSync(temporary);
      expect(left).toEqual(signal === "SIGTERM" ? [] : [expect.stringMatching(new RegExp(`^lockstep-trial-${child.pid}-`))]);
    } finally {
      child.kill("SIGKILL");
      silent.close();
    }
  });

  it("takes requests of any kind in turn", async () => {
    const requests: readonly TrialRequest[] = [
      { scheme: "https", serverName: null, method: "GET", path: "/", headers: [], bodySize: 0 },
      { scheme: "http", serverName: null, method: "GET", path: "/a?b=%20", headers: [["Host", "other.example.org"], ["X-Twice", "1"], ["X-Twice", "2"]], bodySize: 0 },
      { scheme: "http", serverName: null, method: "POST", path: "/", headers: [["Host", "closes.example.org"]], bodySize: 7 },
    ];
    const [first, second, third] = await nginx.trial(({ https, http, upstream }) => [
      `server { listen 127.0.0.1:${https} ssl; ssl_certificate ${other.certificateFile}; ssl_certificate_key ${other.keyFile}; return 302 /there; }`,
      `server { listen 127.0.0.1:${http}; location / { proxy_pass http://127.0.0.1:${upstream}; } }`,
      `server { listen 127.0.0.1:${http}; server_name closes.example.org; return 444; }`, "",
    ].join("\n"), requests);
    expect(first).toMatchObject({ status: 302, thumbprint: other.thumbprint, received: null });
    expect(second).toMatchObject({ status: 200, thumbprint: null, received: { bodySize: 0 } });
    expect(second?.received?.headers.filter(([header]) => header === "x-twice")).toEqual([["x-twice", "1"], ["x-twice", "2"]]);
    expect(third).toMatchObject({ status: 0, thumbprint: null, received: null });
  });
});
