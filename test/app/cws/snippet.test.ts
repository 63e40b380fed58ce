// What a snippet says before it is run; test/real/cws/snippet.test.ts runs them.
import { describe, expect, it } from "vitest";
import type { SnippetRequest } from "../../../app/contract.ts";
import { snippetLanguages, snippetSchema } from "../../../app/cws/cws-view.ts";
import { asLockstepError } from "../../../app/errors.ts";
import { snippetFor } from "../../../app/cws/snippet.ts";

const request = { language: "php", user: "clinic7", algorithm: "CWS-SHA256", method: "POST", url: "https://bücher.example/ws/patients" } as const satisfies SnippetRequest;

function refusal(change: Partial<SnippetRequest>): string {
  try {
    return snippetFor({ ...request, ...change }).text;
  } catch (thrown) {
    return asLockstepError(thrown).code;
  }
}

describe("a snippet", () => {
  it.each(snippetLanguages)("in %s reads the key of the user, names the hash, and fits the contract", (language) => {
    const snippet = snippetFor({ ...request, language });
    expect(snippetSchema.parse(snippet)).toEqual(snippet);
    expect(snippet.text).toContain("clinic7.private.pem");
    expect(snippet.text).toContain("https://xn--bcher-kva.example/ws/patients");
    expect(snippet.text).toMatch(/sha-?256/i);
    expect(snippetFor({ ...request, language, algorithm: "CWS-SHA1" }).text).not.toMatch(/sha-?256/i);
  });

  it("says what Windows PowerShell and .NET Framework lack", () => {
    expect(snippetFor({ ...request, language: "powershell" }).needs).toMatch(/5\.1 lacks RSA\.ImportFromPem/);
    expect(snippetFor({ ...request, language: "csharp" }).needs).toMatch(/\.NET Framework lacks/);
  });

  it("names the key's file so that every system takes it", () => {
    const file = (user: string): string | undefined => /[^'"/\\]*\.private\.pem/.exec(snippetFor({ ...request, user }).text)?.[0];
    expect(file("../../etc/x")).toBe("etc-x.private.pem");
    expect(file("-rf *")).toBe("rf.private.pem");
    expect(file("''")).toBe("client.private.pem");
    expect(file("a".repeat(1000))).toBe(`${"a".repeat(64)}.private.pem`);
  });

  it.each(["", "a\nb", "a\r\nX-Injected: 1", "a\0b", "Renée", "clinic7\u200b", "a\u00a0b", "‘; calc; ’"])("refuses the name %j", (user) => expect(refusal({ user })).toBe("key-user-name"));

  it.each(["", "clinic7", "/ws/patients", "file:///etc/passwd", "php://stdin", "javascript:alert(1)", "https://", "https://user:secret@coremr.example/"])("refuses the URL %j", (url) => {
    expect(refusal({ url })).toBe("input-invalid");
  });

  it.each(["https://coremr.example/a\nb", "https://coremr.example/\u2028\"", "https://coremr.example/?q=é\\"])("writes the URL %j in ASCII and on one line", (url) => {
    for (const language of snippetLanguages) expect(snippetFor({ ...request, language, url }).text).toMatch(/^[ -~\n]*$/);
  });
});
