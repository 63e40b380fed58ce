// The pure parts of the signature tester: bytes of a body, hidden headers, typed headers, the log, the clocks.
import { describe, expect, it } from "vitest";
import { bodyPieceLimit, type BodySource } from "../../app/contract.ts";
import type { Received } from "../../app/cws/cws-view.ts";
import type { Host } from "../../app/host.ts";
import { inlineLimit, lineEndsOf, pieceLength, piecesOf, sourceOf, textBytes } from "../../renderer/pages/signature/body-source.ts";
import { clockDifference } from "../../renderer/pages/signature/clock-difference.ts";
import { readHeaderLines } from "../../renderer/pages/signature/header-lines.ts";
import { exactText, maskHeader } from "../../renderer/pages/signature/masked-header.ts";
import { later, shownLimit, take } from "../../renderer/pages/signature/received-log.ts";
import { createPracticeHost } from "./practice-host.ts";

describe("the bytes of a body", () => {
  it("are what was typed, in UTF-8, with the line ends that were chosen", () => {
    expect([...textBytes("é\n", "lf")]).toEqual([0xc3, 0xa9, 0x0a]);
    expect([...textBytes("a\nb\n", "crlf")]).toEqual([0x61, 0x0d, 0x0a, 0x62, 0x0d, 0x0a]);
  });

  it("of a pasted text keep its line ends, unless it has both kinds", () => {
    expect(lineEndsOf("a\nb")).toBe("lf");
    expect(lineEndsOf("a\r\nb\r\n")).toBe("crlf");
    expect(lineEndsOf("a\r\nb\n")).toBe("mixed");
    expect(lineEndsOf("a\rb")).toBe("mixed");
    expect(lineEndsOf("a")).toBeNull();
  });

  it("go in pieces that the contract takes, one after the other", () => {
    expect(pieceLength).toBeLessThanOrEqual(bodyPieceLimit);
    expect(piecesOf(0)).toEqual([]);
    expect(piecesOf(pieceLength * 2 + 5)).toEqual([{ start: 0, end: pieceLength }, { start: pieceLength, end: 2 * pieceLength }, { start: 2 * pieceLength, end: 2 * pieceLength + 5 }]);
  });

  it("of a small text go along with the call, of an empty one not at all", async () => {
    const host = createPracticeHost({}, () => undefined) as unknown as Host;
    const source = (text: string): Promise<BodySource | undefined | null> => sourceOf(host, { text, lineEnd: "crlf", file: null }, () => undefined, new AbortController().signal);
    expect(await source("")).toBeUndefined();
    expect(await source("a\n")).toEqual({ content: "YQ0K" });
    expect(inlineLimit).toBeLessThanOrEqual(bodyPieceLimit);
  });
});

describe("a header", () => {
  it("is shown up to its signature", () => expect(maskHeader(" Authorization: CWS-SHA256 Access=clinic7, Signature=AbC+/= ")).toEqual({ shown: "Authorization: CWS-SHA256 Access=clinic7, Signature=", hidden: 6 }));
  it("is hidden from where a signature may stand, if it is not named", () => {
    expect(maskHeader(`CWS-SHA256 clinic7 ${"A".repeat(64)}`)).toEqual({ shown: "CWS-SHA256 clinic7 ", hidden: 64 });
    expect(maskHeader("CWS-SHA256 signature : abc")).toEqual({ shown: "CWS-SHA256 signature : ", hidden: 3 });
  });
  it("without any is shown whole", () => expect(maskHeader("Bearer abc")).toEqual({ shown: "Bearer abc", hidden: 0 }));
  it("is checked as it was pasted, carriage returns and all, until it is changed", () => {
    expect(exactText("a\n b", "a\r\n b")).toBe("a\r\n b");
    expect(exactText("a\n bc", "a\r\n b")).toBe("a\n bc");
    expect(exactText("a", null)).toBe("a");
  });
});

describe("further headers", () => {
  it("are read one a line", () => expect(readHeaderLines("Content-Type: application/json\r\n\n X-Trace :no\n")).toEqual({ headers: [{ name: "Content-Type", value: "application/json" }], wrong: "X-Trace :no" }));
  it("may be empty, or have colons in them", () => expect(readHeaderLines("A:\nB: c:d")).toEqual({ headers: [{ name: "A", value: "" }, { name: "B", value: "c:d" }], wrong: null }));
});

describe("the log of requests", () => {
  const received = (number: number): Received => ({ number, at: "", method: "GET", path: "/", bodyBytes: 0, contentType: null, header: null, diagnosis: { valid: true, user: null, algorithm: null, findings: [], opened: null } });
  const empty = { address: "http://127.0.0.1:1", valid: 0, invalid: 0, received: [] };

  it("has the newest first, each once, and never more than can be looked through", () => {
    const first = take(empty, { valid: 2, invalid: 0, received: [received(1), received(2)] });
    expect(first.received.map(({ number }) => number)).toEqual([2, 1]);
    const second = take(first, { valid: 3, invalid: 0, received: [received(2), received(3)] });
    expect(second.received.map(({ number }) => number)).toEqual([3, 2, 1]);
    const many = take(second, { valid: 400, invalid: 100, received: Array.from({ length: 300 }, (_, at) => received(at + 4)) });
    expect(many.received).toHaveLength(shownLimit);
    expect([many.received[0]?.number, many.valid, many.invalid]).toEqual([303, 400, 100]);
  });

  it("keeps what was heard while its state was asked for", () => {
    const heard = take(empty, { valid: 1, invalid: 0, received: [received(1)] });
    expect(later(empty, heard)).toBe(heard);
    expect(later(empty, { ...heard, address: "http://127.0.0.1:2" })).toBe(empty);
    expect(later(heard, null)).toBe(heard);
  });
});

describe("two clocks", () => {
  it("differ by whole seconds", () => {
    expect(clockDifference("2026-11-28T07:00:00.100Z", "2026-11-28T07:00:04Z")).toBe(4);
    expect(clockDifference("2026-11-28T07:01:00Z", "2026-11-28T07:00:00Z")).toBe(-60);
  });
  it("of which one is unknown cannot be compared", () => expect(clockDifference("2026-11-28T07:00:00Z", null)).toBeNull());
});
