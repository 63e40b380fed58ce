// Pending requests on disk: kept for their owner's eyes, listed newest first, and none lost to a file that is damaged.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeptRequest } from "../../../app/certificates/pending-requests.ts";
import { openPendingRequests } from "../../../main/storage/pending-requests.ts";

let folder: string;
beforeEach(() => { folder = join(mkdtempSync(join(tmpdir(), "lockstep-requests-")), "requests"); });
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

const request = (id: string, created: string): KeptRequest => ({
  id, subject: "CN=lab.example.org", names: ["lab.example.org"], keyType: "rsa:2048", created, request: "-----BEGIN CERTIFICATE REQUEST-----\n", hasPassword: false,
  encryptedKey: "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", publicKey: "AB".repeat(32),
});

describe("pending requests", () => {
  it("are none, and nothing is made, before the first", async () => {
    expect(await openPendingRequests(folder).list()).toEqual([]);
    expect(() => statSync(folder)).toThrow();
  });

  it("come back as they were kept, newest first, for another process too", async () => {
    const [older, newer] = [request("20261101-080000-0001", "2026-11-01T08:00:00.000Z"), request("20261124-080000-0002", "2026-11-24T08:00:00.000Z")];
    await openPendingRequests(folder).keep(older);
    await openPendingRequests(folder).keep(newer);
    expect(await openPendingRequests(folder).list()).toEqual([newer, older]);
  });

  it("lie in files that only their owner reads", async () => {
    const pending = openPendingRequests(folder);
    await pending.keep(request("one", "2026-11-01T08:00:00.000Z"));
    await pending.secret();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it("are let go of by their id, and by nothing that is a path", async () => {
    const pending = openPendingRequests(folder);
    await pending.keep(request("one", "2026-11-01T08:00:00.000Z"));
    const outside = join(folder, "..", "outside.json");
    writeFileSync(outside, "kept");
    await pending.discard("../outside");
    expect(readFileSync(outside, "utf8")).toBe("kept");
    await pending.discard("one");
    await pending.discard("one");
    expect(await pending.list()).toEqual([]);
  });

  it("pass over a file that is damaged, or of another form", async () => {
    const pending = openPendingRequests(folder);
    const good = request("good", "2026-11-01T08:00:00.000Z");
    await pending.keep(good);
    writeFileSync(join(folder, "torn.json"), JSON.stringify(good).slice(0, 40));
    writeFileSync(join(folder, "other.json"), JSON.stringify({ ...good, surplus: true }));
    expect(await pending.list()).toEqual([good]);
  });

  it("have one secret, made once, of 256 bits", async () => {
    const secret = await openPendingRequests(folder).secret();
    expect(Buffer.from(secret, "base64url")).toHaveLength(32);
    expect(await openPendingRequests(folder).secret()).toBe(secret);
  });
});
