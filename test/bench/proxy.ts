// A thousand sites: the lint against `nginx -t` on the same files. One site: publishing it, apart from what NGINX does.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directReader } from "../../app/certificates/reader.ts";
import { createConsole } from "../../app/console.ts";
import { directSignatures } from "../../app/cws/signatures.ts";
import type { Machine } from "../../app/machine.ts";
import { lintSites, type SiteFile } from "../../app/nginx/lint.ts";
import { zlibCompression } from "../../main/cws/compression.ts";
import { openLinuxMachine } from "../../main/machines/linux/linux-machine.ts";
import { openJournal } from "../../main/storage/journal.ts";
import { openKeyUsers } from "../../main/storage/key-users.ts";
import { openPendingRequests } from "../../main/storage/pending-requests.ts";
import { privateKeyFiles } from "../../main/storage/private-key-file.ts";
import { listenForRequests } from "../../main/web/request-listener.ts";
import { makeServerPfx } from "../fixtures/certificates.ts";
import { hasLinuxServer, hostName, linuxServer } from "../fixtures/linux-server.ts";
import { hasNginx, nginxProgram } from "../fixtures/nginx.ts";

type Row = (title: string, ratio: number, detail: string) => void;

const sites = 1000;
const best = (values: readonly number[]): number => Math.min(...values);
const milliseconds = (value: number): string => `${value.toFixed(0)} ms`;

function timed(work: () => unknown): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

/** A site as `proxy render` has it, of which every one has its name, its upstream and its redirect. */
const siteText = (index: number, certificate: string, key: string): string => `upstream sdb_${index} {
    server 127.0.0.1:9200;
    keepalive 16;
}
server {
    listen 127.0.0.1:18443 ssl http2;
    server_name clinic-${index}.example.org;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;
    server_tokens off;
    client_max_body_size 64m;
    location / {
        proxy_pass http://sdb_${index};
        proxy_http_version 1.1;
        proxy_set_header Host 127.0.0.1:9200;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-SSL-ClientCert "";
        proxy_read_timeout 120s;
    }
}
server {
    listen 127.0.0.1:18080;
    server_name clinic-${index}.example.org;
    return 308 https://clinic-${index}.example.org:18443$request_uri;
}
`;

export async function proxyBench(directory: string, row: Row): Promise<void> {
  if (!hasNginx) {
    process.stdout.write("Without nginx nothing is measured of it.\n");
    return;
  }
  lintBench(directory, row);
  if (hasLinuxServer) await publishBench(row);
  else process.stdout.write("Without root, nginx and Mono nothing is measured of publishing.\n");
}

function lintBench(directory: string, row: Row): void {
  const pair = makeServerPfx({ directory: join(directory, "pair"), names: ["*.example.org"] });
  mkdirSync(join(directory, "sites"), { recursive: true });
  const files: SiteFile[] = [];
  const write = (name: string, text: string): void => {
    writeFileSync(join(directory, name), text);
    files.push({ name: join(directory, name), content: new TextEncoder().encode(text) });
  };
  write("nginx.conf", `pid nginx.pid;\nerror_log stderr;\nevents { }\nhttp {\n  access_log off;\n  server_names_hash_max_size 8192;\n  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n  include sites/*;\n}\n`);
  for (let index = 0; index < sites; index++) write(`sites/${index}`, siteText(index, pair.certificateFile, pair.keyFile));
  const materials = [pair.certificateFile, pair.keyFile].map((path) => ({ path, content: readFileSync(path).toString("base64"), mode: 0o600 }));
  const theirs = (): void => {
    const ran = spawnSync(nginxProgram, ["-t", "-p", directory, "-c", join(directory, "nginx.conf")], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    if (ran.status !== 0) throw new Error(ran.stderr);
  };
  const ours = (): void => {
    if (lintSites(files, materials, new Date()).some(({ severity }) => severity === "error")) throw new Error("the sites are sound");
  };
  ours();
  const runs = Array.from({ length: 5 }, () => ({ theirs: timed(theirs), ours: timed(ours) }));
  const [nginxTime, lintTime] = [best(runs.map((run) => run.theirs)), best(runs.map((run) => run.ours))];
  row(`lint of ${sites} sites against nginx -t on the same files`, lintTime / nginxTime, `${milliseconds(lintTime)} against ${milliseconds(nginxTime)}`);
}

const median = (values: readonly number[]): number => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The machine, with the time that passes in the hands of NGINX, of the network and of whoever is waited for. */
function watched(machine: Machine): { readonly machine: Machine; readonly theirs: () => number } {
  let [under, since, total] = [0, 0, 0];
  // Of calls that run at the same time each moment counts once.
  const given = <Arguments extends readonly unknown[], Value>(call: (...args: Arguments) => Promise<Value>) => async (...args: Arguments): Promise<Value> => {
    if (under++ === 0) since = performance.now();
    try {
      return await call(...args);
    } finally {
      if (--under === 0) total += performance.now() - since;
    }
  };
  const { nginx, network, commands, clock } = machine;
  return {
    theirs: () => total,
    machine: {
      ...machine,
      nginx: nginx && { ...nginx, trial: given(nginx.trial), configuration: given(nginx.configuration), find: given(nginx.find) },
      network: { ...network, tls: given(network.tls), http: given(network.http), exchange: given(network.exchange) },
      commands: { run: given(commands.run) },
      clock: { ...clock, wait: given(clock.wait) },
    },
  };
}

/** One site published and taken back, over and over, with a thousand of others beside it and without. */
async function publishBench(row: Row): Promise<void> {
  const server = await linuxServer();
  try {
    const real = await openLinuxMachine({ dataDirectory: server.data });
    const pfx = server.pfx("bench");
    const certificate = { files: [{ name: "server.pfx", content: readFileSync(pfx.file).toString("base64") }], password: pfx.password };
    const request = { site: { kind: "dcdr" as const, serverNames: [hostName], upstreams: [`http://127.0.0.1:${server.ports.santedb}`], port: server.ports.https, redirectFrom: server.ports.http, listenOn: ["127.0.0.1"] }, certificate };
    const runs: { readonly own: number; readonly all: number; readonly byHand: number }[] = [];
    for (let round = 0; round < 9; round++) {
      const { machine, theirs } = watched(real);
      const journal = join(server.folder, `journal-${round}`);
      const console = createConsole({
        machine, journal: openJournal(journal), reader: directReader, pending: openPendingRequests(join(journal, "requests")), keyUsers: openKeyUsers(join(journal, "key-users")), privateKeyFiles, signatures: directSignatures(zlibCompression),
        listen: listenForRequests, exclusively: (work) => work(), by: "bench", elevates: false, random: () => round, emit: () => undefined,
      });
      const { planId } = await console.proxy.planPublish(request);
      const before = theirs();
      const from = performance.now();
      await console.plan.apply({ planId });
      const all = performance.now() - from;
      const own = all - (theirs() - before);
      const workers: readonly number[] = (await real.nginx?.state())?.workers ?? [];
      const handFrom = performance.now();
      server.nginx("-t");
      server.nginx("-s", "reload");
      while ((await real.nginx?.state())?.workers.some((worker) => workers.includes(worker)) !== false) await real.clock.wait(2);
      runs.push({ own, all, byHand: performance.now() - handFrom });
      await console.history.undo({ id: planId });
    }
    const [own, all, byHand] = [median(runs.map((run) => run.own)), median(runs.map((run) => run.all)), median(runs.map((run) => run.byHand))];
    row("publishing, its own time against -t and reload by hand", own / byHand, `${milliseconds(own)} against ${milliseconds(byHand)}`);
    row("publishing, all of it with its proof against the same", all / byHand, `${milliseconds(all)} against ${milliseconds(byHand)}`);
  } finally {
    await server.close();
  }
}
