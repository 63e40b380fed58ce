import { describe, expect, it } from "vitest";
import { accountName, knownSid, mayListenUnreserved, sddlTrustee, trusteeSid } from "../../../app/http-sys/account.ts";

describe("an account", () => {
  it("is known by any of its spellings", () => {
    for (const name of ["NT AUTHORITY\\NetworkService", "NETWORK SERVICE", "networkservice", " Network Service ", "S-1-5-20", "s-1-5-20"]) {
      expect(knownSid(name), name).toBe("S-1-5-20");
    }
  });

  it("of a service has the SID that Windows computes", () => {
    // Source: the reservations of WinRM and Wecsvc in transcripts of `netsh http show urlacl`.
    expect(knownSid("NT SERVICE\\WinRM")).toBe("S-1-5-80-569256582-2953403351-2909559716-1301513147-412116970");
    expect(knownSid("nt service\\WECSVC")).toBe("S-1-5-80-4059739203-877974739-1245631912-527174227-2996563517");
  });

  it("that only a machine can know is not guessed", () => {
    for (const name of [".\\santedb", "CLINIC\\ada", "Netzwerkdienst", "", "S-1"]) expect(knownSid(name), name).toBeNull();
  });

  it("is written in SDDL by its two letters where it has such", () => {
    expect(sddlTrustee("S-1-5-20")).toBe("NS");
    expect(trusteeSid("ns")).toBe("S-1-5-20");
    expect(sddlTrustee("S-1-5-21-1-2-3-1001")).toBe("S-1-5-21-1-2-3-1001");
    expect(accountName("S-1-5-32-545")).toBe("BUILTIN\\Users");
  });

  it("may listen without a reservation only as LocalSystem or administrator", () => {
    expect(["S-1-5-18", "S-1-5-32-544"].every(mayListenUnreserved)).toBe(true);
    expect(["S-1-5-19", "S-1-5-20", "S-1-1-0"].some(mayListenUnreserved)).toBe(false);
  });
});
