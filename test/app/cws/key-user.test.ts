// Key users: their names, what may be added beside what, their order, the note and the guide.
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grouped, groupedLines } from "../../../app/cws/fingerprint.ts";
import { activeUser, holderOf, keyUsersOf, registered, requireAddable, requireUnknown } from "../../../app/cws/key-user.ts";
import type { KeyUserEntry } from "../../../app/cws/key-user-journal.ts";
import { fileStem, nameProblem } from "../../../app/cws/key-user-name.ts";
import { keyUserNote } from "../../../app/cws/key-user-note.ts";
import { readPublicKey } from "../../../app/cws/public-key.ts";
import { rotationGuide, successorName } from "../../../app/cws/rotation-guide.ts";

const keys = Array.from({ length: 6 }, () => generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ type: "spki", format: "pem" }).toString());
const read = (pem: string) => readPublicKey({ name: "given.key", content: new TextEncoder().encode(pem) });
const at = (minute: number): string => `2026-11-22T08:${String(minute).padStart(2, "0")}:00.000Z`;
const added = (name: string, key: number, minute: number, replaces: string | null = null): KeyUserEntry => ({ type: "added", at: at(minute), by: "root", name, publicKey: keys[key] ?? "", replaces });
const retired = (name: string, minute: number): KeyUserEntry => ({ type: "retired", at: at(minute), by: "root", name });
const code = (work: () => unknown): unknown => {
  try {
    work();
    return null;
  } catch (thrown) {
    return (thrown as { code: unknown }).code;
  }
};

describe("the name of a key user", () => {
  it.each(["a", "clinic7", "clinic7-2027", "Lab.West_2", "x".repeat(64), "a+b", "me@clinic", "#1", "100%"])("may be %s", (name) => {
    expect(nameProblem(name)).toBeNull();
  });

  it.each<[string, string, RegExp]>([
    ["nothing", "", /empty/], ["65 characters", "x".repeat(65), /65 characters; 64/], ["a comma", "a,b", /a comma/], ["an equals sign", "a=b", /equals sign/],
    ["a quotation mark", "\"a\"", /quotation mark/], ["an apostrophe", "o'neill", /quotation mark/], ["typographic quotes", "“a”", /quotation mark/], ["a blank", "clinic 7", /a blank/],
    ["a leading blank", " clinic7", /a blank/], ["a trailing blank", "clinic7 ", /a blank/], ["a tab", "a\tb", /a tab/], ["a line end", "a\nb", /a line end/], ["a control character", "a\u0007", /control character \(U\+0007\)/],
    ["DEL", "a\u007f", /control character/], ["an umlaut", "größe", /“ö” \(U\+00F6\), which is not ASCII/], ["Greek", "Ναι", /not ASCII/], ["a Cyrillic letter that looks Latin", "сlinic", /“с” \(U\+0441\)/],
    ["a zero-width space", "clinic\u200b7", /zero-width space, which nobody sees/], ["a direction mark", "clinic7\u200e", /direction mark/], ["a non-breaking blank", "clinic\u00a07", /non-breaking blank/],
    ["an emoji", "clinic😀", /U\+1F600/], ["a byte order mark", "\ufeffclinic7", /byte order mark/], ["half a surrogate pair", "a\ud800", /U\+D800/], ["what ends it in the header", "a, Signature=b", /ends the name in the header/],
  ])("is refused with a reason where it has %s", (_, name, reason) => {
    expect(nameProblem(name)).toMatch(reason);
    expect(code(() => requireAddable([], name, undefined))).toBe("key-user-name");
  });

  it("that is allowed can always be told from the header around it", () => {
    fc.assert(fc.property(fc.string({ maxLength: 70, unit: "binary" }), (name) => {
      if (nameProblem(name) !== null) return;
      expect(/^Access=([^,]*), Signature=(.*)$/.exec(`Access=${name}, Signature=AAAA`)?.[1]).toBe(name);
    }));
  });

  it("becomes the beginning of a file's name on every system", () => {
    expect(["clinic7", "a/b\\c", "../../etc", "NUL", "con.x", "...", "COM1"].map(fileStem)).toEqual(["clinic7", "a_b_c", "_.._etc", "_NUL", "_con.x", "key", "_COM1"]);
  });
});

describe("key users", () => {
  it("are listed active ones first by name, then retired ones, the newest first", () => {
    const users = keyUsersOf([
      added("zebra", 0, 0), added("Beta", 1, 1), added("alpha", 2, 2), added("old", 3, 3), retired("old", 4), added("older", 4, 5), retired("older", 6), added("old", 5, 7, "older"),
    ]);
    expect(users.map(({ user: { name, state } }) => `${name} ${state}`)).toEqual(["alpha active", "Beta active", "old active", "zebra active", "older retired", "old retired"]);
    expect(users[2]?.user).toMatchObject({ added: at(7), retired: null, by: "root", replaces: "older", keyBits: 1024, publicKey: keys[5], fingerprint: read(keys[5] ?? "").fingerprint });
    expect(users[5]?.user).toMatchObject({ added: at(3), retired: at(4), publicKey: keys[3] });
  });

  it("are found by name, the active one before those retired", () => {
    const users = keyUsersOf([added("clinic", 0, 0), retired("clinic", 1), added("clinic", 1, 2), added("gone", 2, 3), retired("gone", 4)]);
    expect(registered(users, "clinic").user.publicKey).toBe(keys[1]);
    expect(registered(users, "gone").user.state).toBe("retired");
    expect(code(() => activeUser(users, "gone"))).toBe("not-found");
    expect(code(() => registered(users, "Clinic"))).toBe("not-found");
  });

  it("have names that are unique among active ones, also without regard to capitals, and given again once retired", () => {
    const users = keyUsersOf([added("Clinic7", 0, 0), added("gone", 1, 1), retired("gone", 2)]);
    expect(code(() => requireAddable(users, "Clinic7", undefined))).toBe("key-user-exists");
    expect(code(() => requireAddable(users, "clinic7", undefined))).toBe("key-user-case");
    expect(code(() => requireAddable(users, "gone", undefined))).toBeNull();
    expect(code(() => requireAddable(users, "GONE", undefined))).toBeNull();
  });

  it("have each a key of their own, which is never taken again", () => {
    const users = keyUsersOf([added("clinic7", 0, 0), added("gone", 1, 1), retired("gone", 2)]);
    for (const [key, name, state] of [[0, "clinic7", "active"], [1, "gone", "retired"]] as const) {
      expect(holderOf(users, read(keys[key] ?? ""))).toMatchObject({ name, state });
      expect(() => requireUnknown(users, read(keys[key] ?? ""))).toThrow(`This key is that of the ${state} key user ${name} already.`);
    }
    // The same modulus with another exponent is the same private key, near enough.
    const { modulus } = read(keys[0] ?? "");
    expect(code(() => requireUnknown(users, { modulus }))).toBe("key-known");
    expect(code(() => requireUnknown(users, read(keys[2] ?? "")))).toBeNull();
  });

  it("take over only from one that is or was there", () => {
    const users = keyUsersOf([added("clinic7", 0, 0), added("gone", 1, 1), retired("gone", 2)]);
    expect(code(() => requireAddable(users, "new", "clinic7"))).toBeNull();
    expect(code(() => requireAddable(users, "new", "gone"))).toBeNull();
    expect(code(() => requireAddable(users, "new", "nobody"))).toBe("not-found");
  });
});

describe("a fingerprint", () => {
  it("is read in groups of four", () => {
    expect(grouped("0123456789AB")).toBe("0123 4567 89AB");
    expect(groupedLines("0123456789ABCDEF".repeat(4)).map((line) => line.length)).toEqual([39, 39]);
  });
});

describe("the note to CorEMR's staff", () => {
  const [first] = keyUsersOf([added("clinic7-2027", 0, 0, "clinic7")]);
  const note = first ? keyUserNote(first.user, "clinic7-2027.public.pem") : "";

  it("names the user, the length, the fingerprint, the date, and how to check", () => {
    for (const part of ["clinic7-2027", "1024 bits", "2026-11-22", "openssl pkey -pubin -in clinic7-2027.public.pem -outform DER | openssl dgst -sha256", "from clinic7."]) expect(note).toContain(part);
    expect(note.replace(/\s/g, "")).toContain(first?.user.fingerprint);
  });

  it("goes through any mail: ASCII in short lines", () => {
    expect(note).toMatch(/^[\x20-\x7e\n]+$/);
    expect(note.split("\n").filter((line) => line.length > 80 && !line.startsWith("    openssl "))).toEqual([]);
  });
});

describe("the guide to a new key", () => {
  const now = new Date("2027-03-01T00:00:00Z");

  it("keeps the old user active until the new one is proven", () => {
    const { newName, steps } = rotationGuide("clinic7", [{ name: "clinic7", state: "active" }], now);
    expect(newName).toBe("clinic7-2027");
    expect(steps.map(({ title }) => title)).toEqual(["Make a new pair under a new name", "Send the public half to CorEMR's staff", "Switch the client", "Test", "Retire the old one"]);
    expect(steps[0]?.command).toEqual(["lockstep", "key-user", "generate", "clinic7-2027", "--out-dir", "DIR", "--replaces", "clinic7"]);
    expect(steps.at(-1)?.command).toEqual(["lockstep", "key-user", "retire", "clinic7"]);
  });

  it("proposes a name that is good, short enough and free", () => {
    expect(successorName("clinic7-2026", [], 2027)).toBe("clinic7-2027");
    expect(successorName("clinic7", ["CLINIC7-2027", "clinic7-2027-2"], 2027)).toBe("clinic7-2027-3");
    const long = successorName("x".repeat(64), [], 2027);
    expect([long.length, nameProblem(long)]).toEqual([64, null]);
  });
});
