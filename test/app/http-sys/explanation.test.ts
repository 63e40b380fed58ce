import { describe, expect, it } from "vitest";
import { familyOf, type Binding } from "../../../app/http-sys/binding.ts";
import { answerFindings, answerFor, readQuestion } from "../../../app/http-sys/explanation.ts";
import { indexBindings } from "../../../app/http-sys/precedence.ts";

const record = (endpoint: string, thumbprint: string | null, part: Partial<Binding> = {}): Binding => ({
  endpoint, family: familyOf(endpoint) ?? "ip", thumbprint, applicationId: "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}", application: null, store: "MY", flags: {}, ...part,
});

describe("what is asked", () => {
  it("is an address or a name, with a port or with that of https", () => {
    expect(readQuestion("127.0.0.1:9200")).toEqual({ kind: "address", host: "127.0.0.1", port: 9200 });
    expect(readQuestion(" [::1]:9200 ")).toEqual({ kind: "address", host: "::1", port: 9200 });
    expect(readQuestion("::1")).toEqual({ kind: "address", host: "::1", port: 443 });
    expect(readQuestion("[FE80::1]")).toEqual({ kind: "address", host: "fe80::1", port: 443 });
    expect(readQuestion("10.1.2.3")).toEqual({ kind: "address", host: "10.1.2.3", port: 443 });
    expect(readQuestion("Clinic-7.example.org:9200")).toEqual({ kind: "name", host: "clinic-7.example.org", port: 9200 });
    expect(readQuestion("https://clinic-7.example.org/ami?x=1")).toEqual({ kind: "name", host: "clinic-7.example.org", port: 443 });
    for (const text of ["9200", "0.0.0.0:9200", "[::]:9200", "[0:0::0]:9200"]) expect(readQuestion(text), text).toMatchObject({ kind: "any", port: 9200 });
    expect(readQuestion("HTTPS://[::1]:9200/")).toEqual({ kind: "address", host: "::1", port: 9200 });
  });

  it.each(["", " ", "0", "70000", ":443", "256.1.1.1:443", "name:0", "name:70000", "*.example.org:443", "a b:1", "http://x", "https://", "[::1", "x:443:1", "\u0000"])("%j is refused", (text) => {
    expect(() => readQuestion(text)).toThrow(expect.objectContaining({ code: "input-invalid" }) as Error);
  });
});

describe("the answer", () => {
  it("is put into words", () => {
    const index = indexBindings([record("0.0.0.0:1", "A".repeat(40)), record("2", null), record("0.0.0.0:3", "B".repeat(40), { flags: { reject: true } })]);
    expect(answerFor(index, "127.0.0.1", 1, null).answer.outcome).toBe(`0.0.0.0:1 answers, with the certificate ${"A".repeat(40)}.`);
    expect(answerFor(index, "127.0.0.1", 2, "a.example.org").answer).toMatchObject({ winner: "2", thumbprint: null, outcome: "2 answers, with the certificate that the central store has for a.example.org." });
    expect(answerFor(index, "127.0.0.1", 3, null).answer.outcome).toBe("0.0.0.0:3 answers, and rejects every connection.");
    expect(answerFor(index, "127.0.0.1", 4, null).answer).toMatchObject({ winner: null, thumbprint: null, considered: [], outcome: "No record answers: the connection is reset." });
  });

  it("is remarked on where clients are served differently, or an address is not listened on", () => {
    const index = indexBindings([record("0.0.0.0:1", "A".repeat(40)), record("[::]:1", "B".repeat(40))]);
    const answers = ["127.0.0.1", "::1"].map((address) => answerFor(index, address, 1, null).answer);
    expect(answerFindings(answers, []).map(({ code }) => code)).toEqual(["answers-differ"]);
    expect(answerFindings(answers, ["127.0.0.1"]).map(({ code }) => code)).toEqual(["listen-list-restricts", "answers-differ"]);
    expect(answerFindings(answers.slice(0, 1), ["0.0.0.0"])).toEqual([]);
    expect(answerFindings(answers.slice(1), ["::"])).toEqual([]);
  });
});
