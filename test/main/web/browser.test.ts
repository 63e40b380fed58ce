// The web host as a real Chromium meets it: the page's own way in, many windows, and hostile pages beside it.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Pages } from "../../../main/web/pages.ts";
import { startWebHost, type WebHost } from "../../../main/web/server.ts";
import { hasChromium, launchChromium } from "../../chromium.ts";
import { createScriptedConsole, type ScriptedConsole } from "../../conformance/scripted-console.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const script = `
const post = (path, body) => fetch("/api/" + path, { method: "POST", headers: { "Content-Type": "application/json", "X-Lockstep": "1" }, body: JSON.stringify(body) });
const show = (words) => { document.querySelector("p").textContent = words; };
window.heard = [];
const token = location.hash.replace("#token=", "");
const opened = token === "" ? null : await post("session", { token });
history.replaceState(null, "", "/");
const answer = await post("machine.describe", {});
if (answer.status === 200) {
  const events = new EventSource("/api/events");
  events.addEventListener("history.changed", (event) => window.heard.push(JSON.parse(event.data).id));
  show((await answer.json()).value.hostName);
} else show("refused " + answer.status + ": " + (await (opened ?? answer).json()).error.message);
`;
const pages: Pages = new Map([
  ["/", { type: "text/html; charset=utf-8", body: text("<!doctype html><html lang=en><title>small</title><link rel=icon href=\"data:,\"><meta name=csp-nonce content=__CSP_NONCE__><script type=module src=/main.js></script><p></p></html>"), immutable: false }],
  ["/main.js", { type: "text/javascript; charset=utf-8", body: text(script), immutable: false }],
]);

let browser: Browser;
let console: ScriptedConsole;
let webHost: WebHost;
let origin: string;
beforeAll(async () => {
  browser = await launchChromium();
  console = createScriptedConsole();
  webHost = await startWebHost({ implementation: console.implementation, subscribe: console.subscribe, pages });
  ({ origin } = new URL(webHost.address));
});
afterAll(async () => {
  await browser.close();
  await webHost.close();
});
const shows = (page: Page): Promise<string | null> => page.textContent("p:not(:empty)", { timeout: 10_000 });

describe.skipIf(!hasChromium)("a browser", () => {
  it("opens the printed address, keeps the session over a reload, and has no token left in its address", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(webHost.address);
    expect(await shows(page)).toBe("clinic-7.example.org");
    expect(page.url()).toBe(`${origin}/`);
    await page.reload();
    expect(await shows(page)).toBe("clinic-7.example.org");
    expect(await page.evaluate(() => document.cookie)).toBe("");

    // The same address in another tab of the same browser; in another browser it opens nothing.
    const tab = await context.newPage();
    await tab.goto(webHost.address);
    expect(await shows(tab)).toBe("clinic-7.example.org");
    const other = await (await browser.newContext()).newPage();
    await other.goto(webHost.address);
    expect(await shows(other)).toContain("This address has been used already");

    // Eight windows are more than the six connections that a browser opens to one host.
    const tabs = [page, tab];
    while (tabs.length < 8) {
      const next = await context.newPage();
      await next.goto(`${origin}/`);
      tabs.push(next);
    }
    for (const each of tabs) expect(await shows(each)).toBe("clinic-7.example.org");
    await console.implementation.plan.apply({ planId: "progress:1" });
    for (const each of tabs) await expect.poll(() => each.evaluate(() => (globalThis as unknown as { heard: string[] }).heard), { timeout: 20_000 }).toEqual(["progress:1"]);
    await context.close();
  }, 60_000);
});

describe.skipIf(!hasChromium)("a hostile page on this computer, in the same browser", () => {
  let context: Awaited<ReturnType<Browser["newContext"]>>;
  let hostile: Server;
  let page: Page;
  const received: string[] = [];
  let host: WebHost;
  let target: string;
  beforeAll(async () => {
    const watched = createScriptedConsole();
    host = await startWebHost({
      subscribe: watched.subscribe, pages,
      implementation: { ...watched.implementation, plan: { ...watched.implementation.plan, apply: (input) => {
        received.push(input.planId);
        return watched.implementation.plan.apply(input);
      } } },
    });
    target = new URL(host.address).origin;
    // Another port of 127.0.0.1 is another origin but the same site: the cookie is sent along with its requests.
    hostile = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<!doctype html><title>hostile</title><body></body>"));
    await new Promise<void>((resolve) => hostile.listen(0, "127.0.0.1", resolve));
    context = await browser.newContext();
    const own = await context.newPage();
    await own.goto(host.address);
    expect(await shows(own)).toBe("clinic-7.example.org");
    page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(hostile.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await context.close();
    await host.close();
    hostile.closeAllConnections();
    await new Promise((resolve) => hostile.close(resolve));
  });

  it("cannot call, by fetch in any mode or type", async () => {
    const outcomes = await page.evaluate(async (target) => {
      const tries: [string, RequestInit][] = [
        ["a call as our page makes it", { headers: { "Content-Type": "application/json", "X-Lockstep": "1" }, credentials: "include" }],
        ["a plain one", { headers: { "Content-Type": "text/plain" }, credentials: "include", mode: "no-cors" }],
        ["a form", { headers: { "Content-Type": "application/x-www-form-urlencoded" }, credentials: "include", mode: "no-cors" }],
      ];
      return Promise.all(tries.map(async ([name, init]) => {
        const answer = await fetch(`${target}/api/plan.apply`, { method: "POST", body: "{\"planId\":\"stolen\"}", ...init }).catch(() => null);
        return [name, answer === null ? "failed" : answer.type];
      }));
    }, target);
    expect(outcomes).toEqual([["a call as our page makes it", "failed"], ["a plain one", "failed"], ["a form", "failed"]]);
    expect(received).toEqual([]);
  });

  it("cannot call by sending a form, nor by leaving a beacon", async () => {
    const attacker = await context.newPage();
    await attacker.goto(page.url());
    await attacker.evaluate((target) => {
      navigator.sendBeacon(`${target}/api/plan.apply`, new Blob(["{\"planId\":\"stolen\"}"], { type: "text/plain" }));
      const form = Object.assign(document.createElement("form"), { method: "post", action: `${target}/api/plan.apply`, enctype: "text/plain" });
      form.append(Object.assign(document.createElement("input"), { name: "{\"planId\":\"stolen\",\"x\":\"", value: "\"}" }));
      document.body.append(form);
      form.submit();
    }, target);
    await attacker.waitForURL(`${target}/**`);
    expect(await attacker.textContent("body")).toContain("not-allowed");
    expect(received).toEqual([]);
  });

  it("cannot frame the window, load its scripts, or hear its events", async () => {
    const outcome = await page.evaluate(async (target) => {
      const settled = (element: HTMLElement, attribute: string, url: string): Promise<string> => new Promise((resolve) => {
        element.addEventListener("load", () => resolve("loaded"));
        element.addEventListener("error", () => resolve("refused"));
        element.setAttribute(attribute, url);
        document.body.append(element);
      });
      const script = await settled(document.createElement("script"), "src", `${target}/main.js`);
      const frame = document.createElement("iframe");
      await settled(frame, "src", `${target}/`);
      const events = await new Promise((resolve) => {
        const source = new EventSource(`${target}/api/events`, { withCredentials: true });
        source.onopen = () => resolve("open");
        source.onerror = () => resolve("refused");
      });
      return { script, events };
    }, target);
    expect(outcome).toEqual({ script: "refused", events: "refused" });
    const framed = page.frames().find((frame) => frame !== page.mainFrame());
    expect(await framed?.evaluate(() => document.body.textContent).catch(() => "")).not.toContain("clinic-7");
  });

  it("cannot reach the window it opens", async () => {
    const seen = await page.evaluate(async (target) => {
      const opened = window.open(`${target}/`);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      try {
        return opened === null || opened.closed ? "severed" : opened.document.title;
      } catch {
        return "another origin";
      }
    }, target);
    expect(["severed", "another origin"]).toContain(seen);
  });
});
