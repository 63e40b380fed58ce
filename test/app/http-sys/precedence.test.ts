import { describe, expect, it } from "vitest";
import type { Binding } from "../../../app/http-sys/binding.ts";
import { familyOf } from "../../../app/http-sys/binding.ts";
import { winningBinding } from "../../../app/http-sys/precedence.ts";

const record = (endpoint: string): Binding => ({
  endpoint, family: familyOf(endpoint) ?? "ip", thumbprint: "A".repeat(40), applicationId: "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}", application: null, store: "MY", flags: {},
});
const all = ["0.0.0.0:443", "[::]:443", "443", "name.example:443", "*.example:443", "127.0.0.1:443", "[::1]:443", "0.0.0.0:444"].map(record);
const winner = (records: readonly Binding[], localAddress: string, serverName: string | null): string | null =>
  winningBinding(records, { localAddress, port: 443, serverName }).winner?.endpoint ?? null;
const without = (...endpoints: string[]): readonly Binding[] => all.filter(({ endpoint }) => !endpoints.includes(endpoint));

describe("the record that answers", () => {
  it("is that of the exact address, whatever name is asked for", () => {
    expect(winner(all, "127.0.0.1", "name.example")).toBe("127.0.0.1:443");
    expect(winner(all, "::1", null)).toBe("[::1]:443");
    expect(winner([record("[0:0:0:0:0:0:0:1]:443")], "::1", null)).toBe("[0:0:0:0:0:0:0:1]:443");
  });

  it("then that of the name, the exact one before the wildcard", () => {
    const rest = without("127.0.0.1:443", "[::1]:443");
    expect(winner(rest, "127.0.0.1", "NAME.example")).toBe("name.example:443");
    expect(winner(rest, "::1", "other.example")).toBe("*.example:443");
    expect(winner(rest, "::1", "deep.other.example")).toBe("443");
    expect(winner(rest, "::1", "example")).toBe("443");
  });

  it("then the central store, for those who send a name", () => {
    const rest = without("127.0.0.1:443", "[::1]:443", "name.example:443", "*.example:443");
    expect(winner(rest, "127.0.0.1", "name.example")).toBe("443");
    expect(winner(rest, "127.0.0.1", null)).toBe("0.0.0.0:443");
  });

  it("then [::] for IPv6 and 0.0.0.0 for both", () => {
    const rest = ["0.0.0.0:443", "[::]:443"].map(record);
    expect(winner(rest, "::1", null)).toBe("[::]:443");
    expect(winner(rest, "127.0.0.1", null)).toBe("0.0.0.0:443");
    expect(winner([record("0.0.0.0:443")], "::1", null)).toBe("0.0.0.0:443");
    expect(winner([record("[::]:443")], "127.0.0.1", null)).toBeNull();
    expect(winner([record("0.0.0.0:444")], "127.0.0.1", null)).toBeNull();
  });

  it("is told with the reason why each other one does not answer", () => {
    const { considered } = winningBinding(all, { localAddress: "127.0.0.1", port: 443, serverName: "other.example" });
    expect(considered).toEqual([
      { endpoint: "127.0.0.1:443", reason: "It names exactly this address and port. It answers." },
      { endpoint: "*.example:443", reason: "It names the host name that the client asks for. 127.0.0.1:443 goes before it." },
      { endpoint: "443", reason: "It takes every name on this port from the central certificate store. 127.0.0.1:443 goes before it." },
      { endpoint: "0.0.0.0:443", reason: "It stands for all addresses, IPv6 included. 127.0.0.1:443 goes before it." },
      { endpoint: "[::]:443", reason: "It stands for IPv6 addresses only." },
      { endpoint: "name.example:443", reason: "It is for the name name.example, not for other.example." },
      { endpoint: "[::1]:443", reason: "It is for the address ::1, not for 127.0.0.1." },
    ]);
  });
});
