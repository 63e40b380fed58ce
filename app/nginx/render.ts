// A site as a file of NGINX.
import { siteMarker } from "./marker.ts";
import { siteFindings } from "./site-findings.ts";
import { addressPort, httpAuthority, nameLimit, settle, type SettledSite } from "./settled-site.ts";
import type { RenderedSite, Site } from "./site.ts";
import { assumedVersion, isSince, since } from "./version.ts";
import { word } from "./word.ts";

type Lines = readonly string[];

const block = (head: string, lines: Lines): Lines => [`${head} {`, ...lines.map((line) => (line === "" ? "" : `    ${line}`)), "}"];

const products: Readonly<Record<Site["kind"], string>> = { icdr: "iCDR", dcdr: "dCDR" };

/**
 * The file of a site: the same for the same site, byte for byte. It names nothing that another file of Lockstep names, so
 * that several sites stand beside each other, on one port too; for that reason none says `default_server`. NGINX takes
 * the first server of a port for names it does not know, and the first of each file refuses.
 * Throws input-invalid for a value that no file can hold, or that cannot work.
 */
export function renderSite(site: Site): RenderedSite {
  const settled = settle(site);
  const parts: readonly Lines[] = [
    [siteMarker, `# ${products[settled.kind]} of SanteDB for ${settled.serverNames.join(", ")}.`],
    ...(settled.webSocket ? [webSocketMaps] : []),
    upstreamBlock(settled),
    unknownNames(settled),
    siteServer(settled),
    ...redirectServers(settled),
  ];
  return {
    fileName: `${settled.label}.conf`,
    text: `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`,
    findings: [...siteFindings(settled)],
  };
}

const knows = ({ nginxVersion }: SettledSite, feature: keyof typeof since): boolean => isSince(nginxVersion ?? assumedVersion, since[feature]);

/** Only WebSocket is let through: any other upgrade would be a way past NGINX's own rules. */
const webSocketMaps: Lines = [
  "# A WebSocket's wish to upgrade is passed on, no other.",
  ...block("map $http_upgrade $lockstep_upgrade", ['default "";', "websocket websocket;"]),
  ...block("map $http_upgrade $lockstep_connection", ['default "";', "websocket upgrade;"]),
];

function upstreamBlock({ label, upstreams }: SettledSite): Lines {
  return [
    upstreams.length === 1 ? "# Where SanteDB answers; connections to it are kept and used again." : "# Where SanteDB answers, in turns; connections are kept and used again.",
    ...block(`upstream ${label}`, [...upstreams.map((each) => `server ${addressPort(each)};`), "keepalive 16;"]),
  ];
}

function listenLines({ listenOn }: SettledSite, port: number, parameters = ""): Lines {
  return listenOn.map((address) => {
    const place = address === "0.0.0.0" ? "" : address.includes(":") ? `[${address}]:` : `${address}:`;
    return `listen ${place}${port}${parameters};`;
  });
}

function secureListenLines(site: SettledSite): Lines {
  if (!site.http2) return listenLines(site, site.port, " ssl");
  return knows(site, "http2Directive") ? [...listenLines(site, site.port, " ssl"), "http2 on;"] : listenLines(site, site.port, " ssl http2");
}

/** Mozilla's intermediate profile. Both servers of the port have it: the first one's counts until the name is known. */
function protocolLines({ label }: SettledSite): Lines {
  const ciphers = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"];
  return [
    "# TLS 1.2 and 1.3 by Mozilla's intermediate profile.",
    "ssl_protocols TLSv1.2 TLSv1.3;",
    `ssl_ciphers ${ciphers.join(":")};`,
    "ssl_prefer_server_ciphers off;",
    "ssl_ecdh_curve X25519:prime256v1:secp384r1;",
    "ssl_session_timeout 1d;",
    `ssl_session_cache shared:${label}:10m;`,
    "ssl_session_tickets off;",
  ];
}

const certificateLines = ({ certificate, key }: SettledSite): Lines => [`ssl_certificate ${word(certificate)};`, `ssl_certificate_key ${word(key)};`];

/** A name that no client asks for, short enough for NGINX's table of names, and another one in every file. */
const nobody = ({ label }: SettledSite): string => `_${label}`.slice(0, nameLimit).replace(/[.-]+$/, "");

function unknownNames(site: SettledSite): Lines {
  const refusal = knows(site, "rejectHandshake") ? ["ssl_reject_handshake on;"] : certificateLines(site);
  return [
    "# Whoever asks for another name, or for none, is refused: the first server of a port gets those,",
    "# and requests for another host than the handshake was for.",
    ...block("server", [...secureListenLines(site), `server_name ${nobody(site)};`, ...refusal, "", ...protocolLines(site), "", "return 444;"]),
  ];
}

function siteServer(site: SettledSite): Lines {
  const { serverNames, clientCertificates, hsts, bodyMegabytes, label } = site;
  return block("server", [
    ...secureListenLines(site),
    `server_name ${serverNames.join(" ")};`,
    "server_tokens off;",
    "",
    "# The certificate with its intermediates, leaf first, and its key.",
    ...certificateLines(site),
    "",
    ...protocolLines(site),
    ...(clientCertificates ? [
      "",
      clientCertificates.required ? "# Clients must show a certificate of these authorities." : "# Clients may show a certificate of these authorities, and none of others.",
      `ssl_client_certificate ${word(clientCertificates.authorities)};`,
      `ssl_verify_client ${clientCertificates.required ? "on" : "optional"};`,
      "ssl_verify_depth 3;",
    ] : []),
    ...(hsts ? [
      "",
      "# Browsers ask these names over https only for two years, on every port.",
      'add_header Strict-Transport-Security "max-age=63072000" always;',
    ] : []),
    "",
    "# The largest body that is taken.",
    `client_max_body_size ${bodyMegabytes}m;`,
    "",
    ...block("location /", [`proxy_pass http://${label};`, "proxy_http_version 1.1;", "", ...headerLines(site), "", ...answerLines(site), "", ...timeoutLines(site)]),
  ]);
}

function headerLines({ upstreamHost, port, clientCertificates, webSocket }: SettledSite): Lines {
  return [
    "# The host that SanteDB listens under.",
    `proxy_set_header Host ${httpAuthority(upstreamHost)};`,
    "# Who asks, and how, as NGINX sees it: what a client says of that is overwritten.",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-For $remote_addr;",
    "proxy_set_header X-Forwarded-Proto $scheme;",
    `proxy_set_header X-Forwarded-Host ${publicAuthority(port)};`,
    'proxy_set_header Forwarded "";',
    clientCertificates ? "# The client's certificate that NGINX verified, as PEM with %XX in place of line breaks." : "# No client's word for a certificate is passed on.",
    `proxy_set_header X-SSL-ClientCert ${clientCertificates ? "$ssl_client_escaped_cert" : '""'};`,
    ...(webSocket
      ? ["# WebSocket, where it is asked for; else the connection is kept.", "proxy_set_header Upgrade $lockstep_upgrade;", "proxy_set_header Connection $lockstep_connection;"]
      : ["# The connection to SanteDB is kept.", 'proxy_set_header Connection "";']),
  ];
}

/** Host and port as clients write them; the host is one of the site's, for nothing else comes to its server. */
const publicAuthority = (port: number): string => (port === 443 ? "$host" : `$host:${port}`);

function answerLines(site: SettledSite): Lines {
  const { upstreamHost, upstreams, port, hsts } = site;
  const inside = [upstreamHost, ...upstreams];
  const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];
  return [
    "# SanteDB's own address in its answers becomes the one that clients use.",
    ...distinct(inside.map(httpAuthority)).map((authority) => `proxy_redirect http://${authority}/ https://${publicAuthority(port)}/;`),
    ...distinct(inside.map(({ host }) => host)).map((host) => `proxy_cookie_domain ${host} $host;`),
    ...(knows(site, "cookieFlags") ? ["proxy_cookie_flags ~ secure;"] : []),
    ...(hsts ? ["proxy_hide_header Strict-Transport-Security;"] : []),
  ];
}

const timeoutLines = ({ timeoutSeconds }: SettledSite): Lines => [
  "# How long SanteDB may take.",
  "proxy_connect_timeout 10s;",
  `proxy_send_timeout ${timeoutSeconds}s;`,
  `proxy_read_timeout ${timeoutSeconds}s;`,
];

function redirectServers(site: SettledSite): readonly Lines[] {
  const { redirectFrom, serverNames, port } = site;
  if (redirectFrom === null) return [];
  return [
    [
      "# Over http, too, the first server of the port gets unknown names: their connection is closed.",
      ...block("server", [...listenLines(site, redirectFrom), `server_name ${nobody(site)};`, "return 444;"]),
    ],
    [
      "# Clients that come over http are sent on to https; 308 has them repeat method and body.",
      ...block("server", [...listenLines(site, redirectFrom), `server_name ${serverNames.join(" ")};`, "server_tokens off;", `return 308 https://${publicAuthority(port)}$request_uri;`]),
    ],
  ];
}
