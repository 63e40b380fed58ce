// The key users as the window lists them: found, sorted, and who took over from whom.
import { describe, expect, it } from "vitest";
import type { KeyUser } from "../../app/cws/cws-view.ts";
import { wordsNeeded } from "../../renderer/pages/key-user/examined-key.ts";
import { entriesOf, findEntries, noFilter, sortEntries, type Column } from "../../renderer/pages/key-user/key-user-list.ts";
import { nextName, predecessorOf, successorsOf } from "../../renderer/pages/key-user/succession.ts";
import { createPracticeHost } from "./practice-host.ts";

const host = createPracticeHost({}, () => undefined);
const users = await host.keyUser.list({});
const entries = entriesOf(users);
const named = (name: string, state: KeyUser["state"] = "active"): KeyUser => {
  const found = users.find((user) => user.name === name && user.state === state);
  if (!found) throw new Error(`no ${state} key user ${name}`);
  return found;
};
const sorted = (column: Column, descending = false) => sortEntries(entries, { column, descending }, "en").map(({ user }) => user.name);

describe("the list of key users", () => {
  it("begins with the active ones, by name", () => {
    expect(sorted("state")).toEqual(["clinic7", "clinic7-2027", "laboratory", "pharmacy", "pharmacy", "registry.old"]);
    expect(sorted("state", true).slice(0, 2)).toEqual(["pharmacy", "registry.old"]);
  });

  it("is sorted by key, and by when they were added, the newest first", () => {
    expect(sorted("key")[0]).toBe("pharmacy");
    expect(sorted("added")[0]).toBe("clinic7-2027");
  });

  it("is searched by name, by person, and by a fingerprint in whatever way it is written", () => {
    const found = (text: string) => findEntries(entries, { ...noFilter, text }).entries.map(({ user }) => user.name);
    const { fingerprint } = named("laboratory");
    expect(found("administrator")).toEqual(["laboratory", "registry.old"]);
    expect(found(fingerprint.slice(0, 12).toLowerCase())).toEqual(["laboratory"]);
    expect(found(fingerprint.slice(0, 12).replace(/.{4}/g, "$& "))).toEqual(["laboratory"]);
    expect(found("\u200bclinic7\u200e-2027")).toContain("clinic7-2027");
  });

  it("counts what each state would show, whatever state is chosen", () => {
    const found = findEntries(entries, { text: "pharmacy", state: "retired" });
    expect(found.entries).toHaveLength(1);
    expect(found.inState).toEqual({ active: 1, retired: 1 });
  });

  it("says of each whom it replaces and who replaced it", () => {
    expect(entries.find(({ user }) => user.name === "clinic7")?.replacedBy).toBe("clinic7-2027");
    expect(entries.find(({ user }) => user.name === "clinic7-2027")?.replaces).toBe("clinic7");
  });
});

describe("who takes over from whom", () => {
  it("is the last that bore the name by then, since a name may be given again", () => {
    const later: KeyUser = { ...named("pharmacy"), name: "pharmacy-2027", fingerprint: "F".repeat(64), added: new Date().toISOString(), replaces: "pharmacy" };
    const all = [...users, later];
    expect(predecessorOf(later, all)?.fingerprint).toBe(named("pharmacy").fingerprint);
    expect(successorsOf(named("pharmacy"), all)).toEqual([later]);
    expect(successorsOf(named("pharmacy", "retired"), all)).toEqual([]);
  });

  it("is nobody who was added later", () => {
    const earlier: KeyUser = { ...named("clinic7"), name: "clinic6", fingerprint: "E".repeat(64), added: "2001-01-01T00:00:00.000Z", replaces: "clinic7" };
    expect(predecessorOf(earlier, [...users, earlier])).toBeNull();
  });
});

describe("the name of the next key", () => {
  const now = new Date(2027, 3, 1);
  it("is the name with the year", () => expect(nextName("laboratory", users, now)).toBe("laboratory-2027"));
  it("has the new year in place of an old one", () => expect(nextName("laboratory-2024", users, now)).toBe("laboratory-2027"));
  it("has a number where an active user has that name", () => expect(nextName("Clinic7", users, now)).toBe("Clinic7-2027-2"));
});

describe("a key that was given", () => {
  const good = { form: "pem" as const, changes: [], keyBits: 4096, findings: [], publicKey: "", exponent: "65537", fingerprint: "" };
  it("is taken as it is where it is what CorEMR takes", () => expect(wordsNeeded(good)).toEqual([]));
  it("needs a word to be converted", () => {
    expect(wordsNeeded({ ...good, form: "openssh", changes: ["…"] })).toEqual(["convert"]);
  });
  it("needs none where only its text was put right, which is told", () => expect(wordsNeeded({ ...good, changes: ["Smart dashes became hyphens."] })).toEqual([]));
  it("needs a word where it is short, and none can be given for what is broken", () => {
    const finding = (code: string) => ({ code, severity: "error" as const, message: "", hint: "" });
    expect(wordsNeeded({ ...good, keyBits: 1024, findings: [finding("key-short")] })).toEqual(["weak"]);
    expect(wordsNeeded({ ...good, keyBits: 512, findings: [finding("key-too-short")] })).toEqual([]);
  });
});
