// What is rendered, judged by the lint: nothing that it would warn of anybody for.
import { expect, it } from "vitest";
import { lintSites } from "../../../app/nginx/lint.ts";
import { renderSite } from "../../../app/nginx/render.ts";
import type { Site } from "../../../app/nginx/site.ts";

const plain: Site = { kind: "icdr", serverNames: ["clinic-7.example.org"], upstreams: ["http://127.0.0.1:8080"], certificate: "/etc/ssl/clinic-7.pem", key: "/etc/ssl/clinic-7.key" };
const sites: readonly (readonly [string, Partial<Site>])[] = [
  ["an iCDR", {}], ["a dCDR", { kind: "dcdr", upstreams: ["http://127.0.0.1:9200"] }], ["no redirect", { redirectFrom: null }], ["another port", { port: 9443, redirectFrom: 8081 }],
  ["several upstreams", { upstreams: ["http://127.0.0.1:9200", "http://127.0.0.1:9201"] }], ["HSTS", { hsts: true }], ["WebSocket", { webSocket: true }], ["HTTP/1.1 only", { http2: false }],
  ["client certificates", { clientCertificates: { authorities: "/etc/ssl/clients.pem", required: true } }], ["one address", { listenOn: ["127.0.0.1"] }], ["a new NGINX", { nginxVersion: "1.27.0" }], ["several names", { serverNames: ["a.example.org", "b.example.org"] }],
];

it.each(sites)("%s is faultless", (_, part) => {
  const { fileName, text } = renderSite({ ...plain, ...part });
  const findings = lintSites([{ name: fileName, content: new TextEncoder().encode(text) }], [], new Date());
  expect(findings.filter(({ severity }) => severity !== "information")).toEqual([]);
});
