// A thousand sites: the lint against `nginx -t` on the same files.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lintSites, type SiteFile } from "../../app/nginx/lint.ts";
import { makeServerPfx } from "../fixtures/certificates.ts";

type Row = (title: string, ratio: number, detail: string) => void;

const nginx = "/usr/sbin/nginx";
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

export function proxyBench(directory: string, row: Row): void {
  if (!existsSync(nginx)) {
    process.stdout.write("Without nginx nothing is measured of it.\n");
    return;
  }
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
    const ran = spawnSync(nginx, ["-t", "-p", directory, "-c", join(directory, "nginx.conf")], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
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
