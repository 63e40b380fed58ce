// Files that Lockstep wrote, read back: the same site comes of them, and nothing of any other text.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LockstepError } from "../../../app/errors.ts";
import { siteForm, siteMarker } from "../../../app/nginx/marker.ts";
import { editedFinding, readSite } from "../../../app/nginx/read-site.ts";
import { renderSite } from "../../../app/nginx/render.ts";
import type { Site } from "../../../app/nginx/site.ts";
import { propertyRuns } from "../../fixtures/effort.ts";

const runs = propertyRuns(300);

const plain: Site = { kind: "icdr", serverNames: ["clinic.example.org"], upstreams: ["http://127.0.0.1:9000"], certificate: "/etc/ssl/clinic.pem", key: "/etc/ssl/clinic.key" };

/** The text of a site; null where it is refused. */
function textOf(site: Site): string | null {
  try {
    return renderSite(site).text;
  } catch (thrown) {
    if (!(thrown instanceof LockstepError)) throw thrown;
    return null;
  }
}

const pathPart = fc.oneof(fc.constantFrom("ssl", "clinic.pem", "c:", "a b", "\"", "\\", "\\n", "'", "{", "}", ";", "#", "žluť", "%41", "~"), fc.string({ minLength: 1, maxLength: 4 }));
const path = fc.array(pathPart, { maxLength: 6 }).map((parts) => `/${parts.join("")}`);
const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?$/);
const name = fc.tuple(fc.constantFrom("", "*."), fc.array(label, { minLength: 1, maxLength: 3 })).map(([wildcard, labels]) => `${wildcard}${labels.join(".")}.example`);
const port = fc.oneof(fc.constantFrom(80, 443, 8443, 8080), fc.integer({ min: 1, max: 65_535 }));
const host = fc.oneof(fc.constantFrom("127.0.0.1", "localhost", "[::1]", "[2001:db8::7]", "10.4.0.11", "sdb_1"), name.map((each) => each.replace("*.", "")));
const authority = fc.tuple(host, port).map(([each, at]) => `${each}:${at}`);

/** Hosts canonical and ports written out, as they are read; members may be at what is recommended, or left out. */
const site: fc.Arbitrary<Site> = fc.record({
  kind: fc.constantFrom("icdr" as const, "dcdr" as const), serverNames: fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
  upstreams: fc.uniqueArray(authority.map((each) => `http://${each}`), { minLength: 1, maxLength: 5 }), certificate: path, key: path,
  port, redirectFrom: fc.option(port), listenOn: fc.uniqueArray(fc.constantFrom("0.0.0.0", "::", "127.0.0.1", "::1", "192.0.2.1", "2001:db8::1"), { maxLength: 4 }),
  upstreamHost: fc.oneof(authority, fc.constant("0.0.0.0:8080")), clientCertificates: fc.record({ authorities: path, required: fc.boolean() }),
  hsts: fc.boolean(), webSocket: fc.boolean(), http2: fc.boolean(), bodyMegabytes: fc.oneof(fc.constant(64), fc.integer({ min: 1, max: 10_240 })), timeoutSeconds: fc.oneof(fc.constant(120), fc.integer({ min: 1, max: 86_400 })),
  nginxVersion: fc.constantFrom("1.14.0", "1.18.0", "1.19.3", "1.19.4", "1.22.1", "1.25.0", "1.25.1", "1.27.3"),
}, { requiredKeys: ["kind", "serverNames", "upstreams", "certificate", "key"] });

/** A site without what is recommended anyway, and without its version, of which the file shows only a part. */
function bare(given: Site): Site {
  const usual: Partial<Site> = { port: given.kind === "icdr" ? 8443 : 443, redirectFrom: 80, hsts: false, webSocket: false, http2: true, bodyMegabytes: 64, timeoutSeconds: 120 };
  const isUsual = (member: string, value: unknown): boolean => {
    if (member === "listenOn") return ["", "0.0.0.0 ::"].includes((value as readonly string[]).join(" "));
    if (member === "upstreamHost") return value === "0.0.0.0:8080" || `http://${String(value)}` === given.upstreams[0];
    return member === "nginxVersion" || member in usual && usual[member as keyof Site] === value;
  };
  return Object.fromEntries(Object.entries(given).filter(([member, value]) => !isUsual(member, value))) as Site;
}

const rendered = site.map((given) => ({ given, text: textOf(given) })).filter((each): each is { given: Site; text: string } => each.text !== null);

describe("a file that Lockstep wrote", () => {
  it("gives the site that it was rendered from, what is recommended left out, and renders the same text again", () => {
    fc.assert(fc.property(rendered, ({ given, text }) => {
      const read = readSite(text);
      expect(read && bare(read)).toEqual(bare(given));
      expect(read && Object.keys(read).toSorted()).toEqual(Object.keys({ ...bare(given), ...(read?.nginxVersion !== undefined && { nginxVersion: "" }) }).toSorted());
      expect(read && renderSite(read).text).toBe(text);
      expect(editedFinding(text)).toBeNull();
    }), { numRuns: runs });
  });

  it("of any version gives one that it is written alike for, none where it is the one assumed", () => {
    const versions = ["1.14.0", "1.19.2", "1.19.3", "1.19.4", "1.22.1", "1.25.0", "1.25.1", "1.29.0"];
    expect(versions.map((nginxVersion) => readSite(renderSite({ ...plain, nginxVersion }).text)?.nginxVersion)).toEqual(["1.14.0", "1.14.0", "1.19.3", undefined, undefined, undefined, "1.25.1", "1.25.1"]);
    expect(readSite(renderSite({ ...plain, http2: false, nginxVersion: "1.29.0" }).text)).toEqual({ ...plain, http2: false });
  });

  it("gives canonical hosts where others were typed, and the port that was meant", () => {
    expect(readSite(renderSite({ ...plain, serverNames: ["Clinic.Example.org."], upstreams: ["http://SDB/"], upstreamHost: "SDB:9000", listenOn: ["[0:0::1]"] }).text))
      .toEqual({ ...plain, upstreams: ["http://sdb:80"], upstreamHost: "sdb:9000", listenOn: ["::1"] });
    expect(readSite(renderSite({ ...plain, upstreamHost: "sdb:80" }).text)?.upstreamHost).toBe("sdb:80");
  });

  it("with every member set gives all of them", () => {
    const full: Site = {
      kind: "dcdr", serverNames: ["a.example.org", "*.b.example.org"], port: 9443, redirectFrom: 8081, listenOn: ["192.0.2.1", "::"], upstreams: ["http://127.0.0.1:9200", "http://[::1]:9201"], upstreamHost: "sdb.example.org:9200",
      certificate: "/etc/ssl/a \"b\" \\c;{}#.pem", key: "/etc/ssl/key", clientCertificates: { authorities: "/etc/ssl/ca.pem", required: false }, hsts: true, webSocket: true, http2: false, bodyMegabytes: 512, timeoutSeconds: 600, nginxVersion: "1.14.0",
    };
    expect(readSite(renderSite(full).text)).toEqual(full);
  });
});

describe("any other text", () => {
  /** Null, or a site of which exactly this text comes. */
  const isHonest = (text: string): void => {
    const read = readSite(text);
    if (read) expect(renderSite(read).text).toBe(text);
    expect(editedFinding(text) === null).toBe(read !== null);
  };

  it("is no site, whichever line is missing", () => {
    const text = renderSite({ ...plain, webSocket: true, hsts: true, clientCertificates: { authorities: "/ca.pem", required: true } }).text;
    const lines = text.split("\n");
    const read = lines.map((_, index) => readSite(lines.toSpliced(index, 1).join("\n")));
    expect(read.filter((each) => each !== null)).toEqual([]);
  });

  it("is no site with a line more, anywhere", () => {
    const lines = renderSite(plain).text.split("\n");
    for (const more of ["", "# Ours.", "server_tokens on;", "}"]) expect(lines.map((_, index) => readSite(lines.toSpliced(index, 0, more).join("\n"))).filter((each) => each !== null)).toEqual([]);
  });

  it("gives null or the site of exactly this text, whichever line is missing, character changed or line added", () => {
    fc.assert(fc.property(rendered, fc.nat(), fc.oneof(fc.string({ maxLength: 3, unit: "binary" }), fc.constantFrom("0", "1", ";", "{", "}", "\"", "#", "\n", "\0", " ")), ({ text }, at, put) => {
      const lines = text.split("\n");
      isHonest(lines.toSpliced(at % lines.length, 1).join("\n"));
      isHonest(lines.toSpliced(at % lines.length, 0, put).join("\n"));
      isHonest(`${text}${put}\n`);
      const place = at % text.length;
      isHonest(`${text.slice(0, place)}${put}${text.slice(place + 1)}`);
      isHonest(text.slice(0, place));
    }), { numRuns: runs });
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      expect(readSite(text)).toBeNull();
      expect(readSite(`${siteMarker}\n${text}`)).toBeNull();
    }), { numRuns: runs });
    const whole = renderSite(plain).text;
    const million = (part: string): string => part.repeat(Math.ceil(1024 * 1024 / part.length));
    for (const long of [million("server { listen 1 ssl; location / { proxy_pass http://icdr-x; } }\n"), million("{"), million("a {"), million("x"), million(";"), million("\n"), million("upstream icdr-x { server a:1; }\n"), million(whole), million("é\0\\\"")]) {
      expect(readSite(`${siteMarker}\n${long}`)).toBeNull();
      expect(readSite(`${whole}${long}`)).toBeNull();
    }
  });

  it("is told apart: changed by hand, or of a form that another version writes", () => {
    const text = renderSite(plain).text;
    expect(editedFinding(text.replace("64m", "64M"))).toMatchObject({ code: "site-edited", severity: "warning", message: "The site's file was changed by hand since Lockstep wrote it." });
    expect(editedFinding(text.replace(`form ${siteForm}.`, `form ${siteForm + 1}.`))?.message).toContain(`is of form ${siteForm + 1}, which another version`);
    expect(readSite(text.replace("64m", "65m"))).toEqual({ ...plain, bodyMegabytes: 65 });
  });
});
