// NGINX of the stand-in machine: files are rendered and judged by the real rules, and what is published is kept in memory.
import { decodeBase64 } from "../../app/base64.ts";
import type { Certificate } from "../../app/certificates/certificate.ts";
import type { PlanView, PublishRequest, Verified } from "../../app/contract.ts";
import { problem } from "../../app/errors.ts";
import type { Implementation } from "../../app/host.ts";
import { lintSites } from "../../app/nginx/lint.ts";
import { editedFinding, readSite } from "../../app/nginx/read-site.ts";
import { renderSite } from "../../app/nginx/render.ts";
import { settle } from "../../app/nginx/settled-site.ts";
import type { ProxyState, PublishedSite, Site, SiteFinding } from "../../app/nginx/site.ts";
import type { OperationView } from "../../app/plan/operation.ts";
import { ended, offered, operation, soon, type HeldPlan, type Scenario } from "./practice-host.ts";

const [available, enabled] = ["/etc/nginx/sites-available", "/etc/nginx/sites-enabled"];

function publishedSite(site: Site, certificate: Certificate | null, part: Partial<PublishedSite> = {}): PublishedSite {
  const { fileName, text } = renderSite(site);
  const { serverNames, port, redirectFrom } = settle(site);
  const path = `${available}/${fileName}`;
  return { fileName, path, enabled: true, serverNames: [...serverNames], port, redirectFrom, upstreams: site.upstreams, certificatePath: site.certificate, certificate, site: readSite(text), findings: [], ...part };
}

const site = (serverNames: string[], upstream: string, part: Partial<Site> = {}): Site => ({
  kind: "icdr", serverNames, upstreams: [upstream], certificate: `/etc/ssl/clinic/${serverNames[0]?.replace("*", "any") ?? ""}.chain.pem`, key: `/etc/ssl/clinic/${serverNames[0] ?? ""}.key.pem`, ...part,
});

const siteFinding = (code: string, severity: SiteFinding["severity"], file: string, line: number, message: string, mend: string): SiteFinding => ({ code, severity, file: `${available}/${file}`, line, message, mend });

/** What is said of a file that was changed by hand. */
const edited = editedFinding("");

/** One in order, one whose certificate ends soon, one that has ended, one that is off and was changed by hand, one whose certificate is gone. */
function someSites(): PublishedSite[] {
  return [
    publishedSite(site(["clinic-7.example.org", "www.clinic-7.example.org"], "http://127.0.0.1:9200", { kind: "dcdr" }), offered),
    publishedSite(site(["hie.example.org"], "http://127.0.0.1:8080", { upstreams: ["http://10.4.0.11:8080", "http://10.4.0.12:8080"], upstreamHost: "hie.local:8080", hsts: true, webSocket: true, bodyMegabytes: 512 }), soon, {
      findings: [
        siteFinding("expires-soon", "warning", "icdr-hie.example.org.conf", 40, `The certificate ends on ${soon.notAfter.slice(0, 10)}.`, "Have it renewed, and publish the site again."),
        siteFinding("ipv6-absent", "information", "icdr-hie.example.org.conf", 34, "It listens on no IPv6 address.", "Listen on one as well, if clients find one under its names."),
      ],
    }),
    publishedSite(site(["old-clinic.example.org"], "http://10.4.0.20:9200", { kind: "dcdr", port: 8444, redirectFrom: null }), ended, {
      findings: [siteFinding("certificate-expired", "error", "dcdr-old-clinic.example.org-8444.conf", 31, `The certificate ended on ${ended.notAfter.slice(0, 10)}; clients refuse it.`, "Give the site a new certificate.")],
    }),
    publishedSite(site(["training.example.org"], "http://127.0.0.1:9300", { kind: "dcdr" }), offered, {
      enabled: false, site: null, findings: edited ? [siteFinding(edited.code, edited.severity, "dcdr-training.example.org.conf", 1, edited.message, edited.hint)] : [],
    }),
    publishedSite(site(["*.ward.example.org"], "http://10.4.0.31:9200", { kind: "dcdr" }), null, {
      findings: [siteFinding("certificate-missing", "error", "dcdr-_wildcard.ward.example.org.conf", 31, "The certificate /etc/ssl/clinic/any.ward.example.org.chain.pem is not there; NGINX would not start.", "Correct the path of the certificate, or put it there.")],
    }),
  ];
}

function stateOf({ proxy = "some" }: Scenario): ProxyState {
  const nginx = { version: "1.22.1", running: true, files: available, links: enabled };
  switch (proxy) {
    case "absent": return { nginx: null, reason: "NGINX is not installed on this machine.", sites: [] };
    case "none": return { nginx: { ...nginx, running: false }, reason: null, sites: [] };
    case "some": return { nginx, reason: null, sites: someSites() };
    case "many": return { nginx, reason: null, sites: Array.from({ length: 3000 }, (_, index) => publishedSite(site([`site-${String(index).padStart(4, "0")}.example.org`], `http://10.4.${index >> 8}.${index & 255}:9200`, { kind: "dcdr" }), index % 7 === 0 ? soon : offered)) };
  }
}

const addedLines = (text: string) => text.replace(/\n$/, "").split("\n").map((line, index) => ({ sign: "+" as const, line: index + 1, text: line }));

export function practiceProxy({ scenario, hold, nextId }: {
  readonly scenario: Scenario; readonly hold: (plan: HeldPlan) => void; readonly nextId: () => string;
}): Pick<Implementation, "proxy"> {
  let state = stateOf(scenario);

  const wholeSite = ({ site: wanted, certificate }: PublishRequest): Site => ({
    ...wanted, certificate: wanted.certificate ?? (certificate ? "/etc/lockstep/chain.pem" : "/etc/ssl/chain.pem"), key: wanted.key ?? "/etc/lockstep/key.pem",
  });

  function operationsOf(whole: Site, request: PublishRequest): readonly OperationView[] {
    const { fileName, text } = renderSite(whole);
    const { serverNames, port, redirectFrom } = settle(whole);
    const [name = ""] = serverNames;
    const path = `${available}/${fileName}`;
    const isThere = state.sites.some((each) => each.fileName === fileName);
    return [
      operation("proxy.check", "See that NGINX takes its configuration as it is, before anything of it is changed", { commands: [["nginx", "-t"]] }),
      ...(request.certificate ? [operation("file.put", "Write the certificate with its intermediates", { details: [offered.thumbprint] })] : []),
      operation("verify.site", "Try the site in an NGINX of its own: names, certificate, redirect, forwarded headers, size of uploads", { details: [offered.thumbprint] }),
      operation("file.put", `Write the site ${fileName}${isThere ? " anew" : ""}`, { details: [path], difference: addedLines(text) }),
      ...(isThere ? [] : [operation("link.set", `Turn the site on by the link ${fileName}`, { details: [`${enabled}/${fileName} -> ${path}`] })]),
      operation("proxy.reload", "Have NGINX test the configuration and take it", { commands: [["nginx", "-t"], ["nginx", "-s", "reload"]] }),
      operation("verify.tls", `Prove that ${name}:${port} presents this certificate`, { details: [offered.thumbprint] }),
      operation("verify.http", `Prove that https://127.0.0.1:${port}/ answers`),
      ...(redirectFrom === null ? [] : [operation("verify.redirect", `Prove that http://${name}/ sends clients to https://${name}${port === 443 ? "" : `:${port}`}/`)]),
    ];
  }

  const proofOf = (port: number, name: string): Verified[] => [
    { address: "127.0.0.1", port, serverName: name, thumbprint: offered.thumbprint, protocol: "TLSv1.3", path: "/", httpStatus: 200 },
    { address: "::1", port, serverName: name, thumbprint: offered.thumbprint, protocol: "TLSv1.3", path: "/", httpStatus: 200 },
  ];

  return {
    proxy: {
      // Async, so that what cannot be a file is a rejection.
      render: async (wanted) => {
        const { fileName, text, findings } = renderSite(wanted);
        return Promise.resolve({ fileName, text, findings: [...findings] });
      },
      lint: ({ files, materials }) => Promise.resolve({
        findings: [...lintSites(files.map(({ name, content }) => ({ name, content: decodeBase64(content) })), materials ?? [], new Date())],
      }),
      state: () => Promise.resolve(state),
      planPublish: async (request) => {
        if (state.nginx === null) throw problem("nginx-missing", {});
        if (request.certificate && "files" in request.certificate && request.certificate.files.some(({ name }) => name.endsWith(".pfx")) && request.certificate.password === undefined) {
          throw problem("password-needed", { file: request.certificate.files[0]?.name ?? "" });
        }
        const whole = wholeSite(request);
        const { fileName, findings } = renderSite(whole);
        const { serverNames, port } = settle(whole);
        const [name = ""] = serverNames;
        if (scenario.publishing === "foreign") throw problem("site-foreign", { file: `${available}/${fileName}` });
        if (scenario.publishing === "silent") throw problem("upstream-silent", { address: whole.upstreams[0] ?? "" });
        if (whole.certificate.includes("ended") && request.allowExpired !== true) throw problem("certificate-expired", { subject: ended.subject, notAfter: ended.notAfter });
        const view: PlanView = {
          planId: nextId(), title: `Publish ${name}`, outcome: "planned", files: [], operations: [...operationsOf(whole, request)], certificate: offered, verified: [],
          findings: [...(edited && state.sites.some((each) => each.fileName === fileName && each.site === null) ? [edited] : []), ...findings],
        };
        hold({
          view, succeed: () => {
            state = { ...state, sites: [...state.sites.filter((each) => each.fileName !== fileName), publishedSite(whole, offered)] };
            return proofOf(port, name);
          },
        });
        return Promise.resolve(view);
      },
      planUnpublish: async ({ name }) => {
        const found = state.sites.find(({ fileName }) => fileName === name);
        if (!found) throw problem("not-found", { what: "site", name });
        const operations = [
          operation("proxy.check", "See that NGINX takes its configuration as it is, before anything of it is changed", { commands: [["nginx", "-t"]] }),
          operation("link.set", `Turn the site off: remove the link ${name}`, { details: [`${enabled}/${name} -> ${found.path}`] }),
          operation("file.put", `Remove the site ${name}`, { details: [found.path] }),
          operation("proxy.reload", "Have NGINX test the configuration and take it", { commands: [["nginx", "-t"], ["nginx", "-s", "reload"]] }),
          operation("verify.absence", `See that ${found.serverNames[0] ?? ""}:${found.port ?? 443} no longer presents this certificate`),
        ];
        const view: PlanView = { planId: nextId(), title: `Unpublish ${found.serverNames[0] ?? name}`, outcome: "planned", files: [], operations, certificate: null, verified: [], findings: [] };
        hold({
          view, succeed: () => {
            state = { ...state, sites: state.sites.filter(({ fileName }) => fileName !== name) };
            return [];
          },
        });
        return Promise.resolve(view);
      },
    },
  };
}
