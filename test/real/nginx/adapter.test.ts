// The NGINX of a machine, as the port shows it: Debian's nginx in folders of its own.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { LockstepError } from "../../../app/errors.ts";
import type { Nginx, NginxState, SiteFolders } from "../../../app/machine.ts";
import { openNginx } from "../../../main/machines/linux/nginx.ts";
import { callOf } from "../../fixtures/call.ts";
import { freePorts, hasNginx, nginxOfFiles, nginxProgram, nginxVersion, type NginxOfFiles } from "../../fixtures/nginx.ts";

const top = mkdtempSync(join(tmpdir(), "lockstep-adapter-"));
afterAll(() => rmSync(top, { recursive: true, force: true }));
let count = 0;
const newFolder = (): string => {
  const folder = join(top, `with blank ${count++}`);
  mkdirSync(folder);
  return folder;
};

const temporaries = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path "temporary/${name}";`).join("\n");
const user = process.getuid?.() === 0 ? "user root;" : "";
const main = (http: string, outside = "error_log logs/error.log;\npid nginx.pid;") =>
  `${user}\nworker_processes 2;\ndaemon off;\n${outside}\nevents { worker_connections 64; }\nhttp {\naccess_log off;\n${temporaries}\n${http}\n}\n`;
const server = (port: number, more = "return 204;") => `server { listen 127.0.0.1:${port}; server_name x; ${more} }\n`;
const plain = { "logs/none": "", "temporary/none": "" };

const open = (arguments_: readonly string[], sites: SiteFolders | null = null, program = nginxProgram): Nginx => openNginx({
  program, arguments: arguments_, sites, service: { name: "nginx", manager: "systemd" },
  certificateFiles: (thumbprint) => ({ certificate: `/c/${thumbprint}`, key: `/k/${thumbprint}` }), call: callOf(program),
});

const made = (files: Readonly<Record<string, string>>): { readonly folder: string; readonly own: NginxOfFiles; readonly nginx: Nginx } => {
  const folder = newFolder();
  const own = nginxOfFiles(folder, { ...plain, ...files });
  return { folder, own, nginx: open(own.arguments) };
};

const errorOf = (promise: Promise<unknown>): Promise<LockstepError> => promise.then(() => { throw new Error("It succeeded."); }, (thrown: unknown) => thrown as LockstepError);

async function until(nginx: Nginx, holds: (state: NginxState) => boolean): Promise<NginxState> {
  for (;;) {
    const state = await nginx.state();
    if (holds(state)) return state;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe.skipIf(!hasNginx)("where NGINX is", () => {
  it("is nowhere where the program is not there", async () => {
    const missing = open([], null, join(top, "no-nginx"));
    expect(await missing.find()).toBeNull();
    expect(await missing.state()).toEqual({ masterId: 0, workers: [] });
    expect(await missing.errors()).toBe("");
    expect((await errorOf(missing.configuration())).code).toBe("nginx-missing");
    expect((await errorOf(missing.trial(() => "", []))).code).toBe("nginx-missing");
  });

  it("says command-failed where the program says no version", async () => {
    const error = await errorOf(open([], null, "/bin/true").find());
    expect([error.code, error.evidence?.command]).toEqual(["command-failed", ["/bin/true", "-V"]]);
  });

  it("has version, folders and service of the system's own", async () => {
    const folders = readFileSync("/etc/nginx/nginx.conf", "utf8").includes("/etc/nginx/sites-enabled/*")
      ? { files: "/etc/nginx/sites-available", links: "/etc/nginx/sites-enabled" } : { files: "/etc/nginx/conf.d", links: null };
    expect(await open([]).find()).toEqual({ version: nginxVersion, arguments: [], sites: folders, service: { name: "nginx", manager: "systemd" } });
    expect(open([]).certificateFiles("A")).toEqual({ certificate: "/c/A", key: "/k/A" });
  });

  it("finds the folder of sites: that with links, conf.d, or the first other that takes a file", async () => {
    const sitesIn = async (http: string, files: Readonly<Record<string, string>> = {}) => {
      const { folder, nginx } = made({ "nginx.conf": main(http), ...files });
      const { files: found, links } = (await nginx.find())?.sites ?? { files: "", links: null };
      return [found.replace(folder, ""), links?.replace(folder, "") ?? null];
    };
    const both = { "sites-available/none": "", "sites-enabled/none": "" };
    expect(await sitesIn("include conf.d/*.conf; include sites-enabled/*;", both)).toEqual(["/sites-available", "/sites-enabled"]);
    expect(await sitesIn("include 'sites-enabled/*.conf';", both)).toEqual(["/sites-available", "/sites-enabled"]);
    expect(await sitesIn("include sites-enabled/*;", { "sites-enabled/none": "" })).toEqual(["/sites-enabled", null]);
    expect(await sitesIn("include other/*.conf; include conf.d/*.conf;")).toEqual(["/conf.d", null]);
    expect(await sitesIn("include maps/*.map; include */deep/*.conf; server { include within/*.conf; } include http.d/*.conf;")).toEqual(["/http.d", null]);
    expect(await sitesIn("include part.conf;", { "part.conf": "include conf.d/*.conf;" })).toEqual(["/conf.d", null]);
    const { folder, own, nginx } = made({ "nginx.conf": `# include conf.d/*.conf;\n${main("include mime.types;")}` });
    expect((await errorOf(nginx.find()))).toMatchObject({ code: "nginx-no-folder", message: `${join(folder, "nginx.conf")} includes no folder of sites, so there is none to put a site into.` });
    expect((await open(own.arguments, { files: "/a", links: "/b" }).find())?.sites).toEqual({ files: "/a", links: "/b" });
    unlinkSync(join(folder, "nginx.conf"));
    expect((await errorOf(nginx.find())).code).toBe("file-not-found");
  });
});

describe.skipIf(!hasNginx)("who runs", () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it("is nobody before it starts; then a master with its workers, and others after a reload", async () => {
    const [port = 0] = await freePorts(1);
    const { own, nginx } = made({ "nginx.conf": main(server(port)) });
    closing.push(() => own.close());
    expect(await nginx.state()).toEqual({ masterId: 0, workers: [] });
    const masterId = await own.start(port);
    const before = await until(nginx, ({ workers }) => workers.length === 2);
    expect(before.masterId).toBe(masterId);
    expect([...before.workers].sort((one, other) => one - other)).toEqual(before.workers);
    own.signal("reload");
    const after = await until(nginx, ({ workers }) => workers.length === 2 && !workers.some((worker) => before.workers.includes(worker)));
    expect(after.masterId).toBe(masterId);
    await own.close();
    expect(await nginx.state()).toEqual({ masterId: 0, workers: [] });
  });

  it("counts no worker that is about to end: one that a client still holds", async () => {
    const [port = 0] = await freePorts(1);
    const { own, nginx } = made({ "nginx.conf": main(server(port, "location / { root html; limit_rate 1000; }")), "html/large": "x".repeat(100_000) });
    const stop = new AbortController();
    closing.push(() => own.close(), () => stop.abort());
    await own.start(port);
    const before = await until(nginx, ({ workers }) => workers.length === 2);
    const answer = await fetch(`http://127.0.0.1:${port}/large`, { signal: stop.signal });
    expect(answer.status).toBe(200);
    own.signal("reload");
    await until(nginx, ({ workers }) => workers.length === 2 && !workers.some((worker) => before.workers.includes(worker)));
    const held = before.workers.filter((worker) => existsSync(`/proc/${worker}`)).map((worker) => readFileSync(`/proc/${worker}/cmdline`, "latin1"));
    expect(held.some((title) => title.includes("is shutting down"))).toBe(true);
  });

  it("is nobody once the master was killed, whoever its file names since", async () => {
    const [port = 0] = await freePorts(1);
    const { folder, own, nginx } = made({ "nginx.conf": main(server(port)) });
    const masterId = await own.start(port);
    const { workers } = await until(nginx, (state) => state.workers.length === 2);
    closing.push(() => own.close(workers));
    process.kill(masterId, "SIGKILL");
    await own.close(workers);
    expect(readFileSync(join(folder, "nginx.pid"), "utf8")).toBe(`${masterId}\n`);
    expect(await nginx.state()).toEqual({ masterId: 0, workers: [] });

    const foreign = spawn("/bin/sleep", ["60"], { stdio: "ignore" });
    closing.push(() => foreign.kill("SIGKILL"));
    for (const content of [`${foreign.pid}\n`, `${process.pid}\n`, "", "no number\n", "0\n", "-1\n", "1 2\n", "9".repeat(200)]) {
      writeFileSync(join(folder, "nginx.pid"), content);
      expect(await nginx.state(), content).toEqual({ masterId: 0, workers: [] });
    }
  });

  it("is found by the file that the configuration names, wherever it stands", async () => {
    const [port = 0] = await freePorts(1);
    const { own, nginx } = made({ "nginx.conf": main(server(port), 'include "parts/*.conf";'), "parts/pid.conf": "pid 'run/other id.pid';\n", "run/none": "" });
    closing.push(() => own.close());
    const masterId = await own.start(port);
    expect((await until(nginx, ({ workers }) => workers.length === 2)).masterId).toBe(masterId);
  });
});

describe.skipIf(!hasNginx)("what it reads and says", () => {
  it("has every file as it is, byte for byte, in the order of NGINX", async () => {
    const [port = 0] = await freePorts(1);
    const files = {
      "nginx.conf": main("include conf.d/*.conf;\ninclude 'sub folder/žluť.conf';").replaceAll("\n", "\r\n"),
      "conf.d/a.conf": server(port, "return 200 'it''s \"quoted\" # no comment';").replaceAll("''", "\\'").trimEnd(),
      "conf.d/b.conf": `# žluť\n\n\n${server(port).replace("server_name x", "server_name y")}\n\n`,
      "sub folder/žluť.conf": "map $host $m { default 'a\\\\b'; }\r\n",
    };
    const { folder, nginx } = made(files);
    const found = await nginx.configuration();
    expect(found.map(({ path }) => path.replace(`${folder}/`, ""))).toEqual(Object.keys(files));
    for (const { path, content } of found) expect(Buffer.from(content).equals(readFileSync(path)), path).toBe(true);
    writeFileSync(join(folder, "conf.d/b.conf"), Buffer.from([0x23, 0xe9, 0x80, 0xff, 0x0d, 0x0a]));
    expect((await nginx.configuration())[2]?.content).toEqual(new Uint8Array([0x23, 0xe9, 0x80, 0xff, 0x0d, 0x0a]));
  });

  it("says why NGINX would not start, with what it said", async () => {
    const { folder, nginx } = made({ "nginx.conf": main("include conf.d/*.conf;"), "conf.d/a.conf": "server { listen 127.0.0.1:1; no_such_thing on; }\n" });
    const error = await errorOf(nginx.configuration());
    expect([error.code, error.message]).toEqual(["nginx-refused", `NGINX refuses the configuration: unknown directive "no_such_thing" in ${folder}/conf.d/a.conf:1`]);
    expect(error.hint).toContain("module");
    expect(error.evidence?.command).toEqual([nginxProgram, "-p", folder, "-c", join(folder, "nginx.conf"), "-T"]);
    expect(error.evidence?.output).toContain("[emerg]");
    symlinkSync("nowhere.conf", join(folder, "conf.d/b.conf"));
    unlinkSync(join(folder, "conf.d/a.conf"));
    expect((await errorOf(nginx.configuration())).message).toContain("No such file or directory");
  });

  it("reads no more than ten megabytes", async () => {
    const { nginx } = made({ "nginx.conf": main("include conf.d/*.conf;"), "conf.d/a.conf": `# ${"x".repeat(1000)}\n`.repeat(10_800) });
    expect((await errorOf(nginx.configuration())).code).toBe("file-too-large");
  });

  it("has the end of the error log, and nothing where there is none", async () => {
    const [port = 0] = await freePorts(1);
    const { folder, own, nginx } = made({ "nginx.conf": main(server(port, "location / { root html; }"), "error_log syslog:server=127.0.0.1; error_log logs/own.log notice; pid nginx.pid;") });
    expect(await nginx.errors()).toBe("");
    await own.start(port);
    try {
      await fetch(`http://127.0.0.1:${port}/missing-page`);
      expect(await nginx.errors()).toMatch(/\[error\].*missing-page/);
    } finally {
      await own.close();
    }
    writeFileSync(join(folder, "logs/own.log"), `${"old line\n".repeat(100_000)}last line\n`);
    const end = await nginx.errors();
    expect(end.length).toBe(8192);
    expect(end.endsWith("old line\nlast line\n")).toBe(true);
    for (const log of ["stderr", "syslog:server=127.0.0.1", "memory:1m", "logs", "nowhere/log"]) {
      writeFileSync(join(folder, "nginx.conf"), main("", `error_log ${log};`));
      expect(await nginx.errors(), log).toBe("");
    }
  });
});
