// The window's texts: filled, in the right plural, and whole in every language.
import { describe, expect, it } from "vitest";
import { en } from "../../renderer/messages/en.ts";
import { fr } from "../../renderer/messages/fr.ts";
import { createSay, type MessageKey, type Plural } from "../../renderer/messages/message.ts";
import { formatAge, formatMoment } from "../../renderer/messages/moment.ts";

const keys = Object.keys(en) as MessageKey[];
const formsOf = (text: string | Plural): readonly string[] => (typeof text === "string" ? [text] : Object.values(text) as string[]);
const placeholders = (text: string | Plural): readonly string[] => [...new Set(formsOf(text).flatMap((form) => form.match(/\{\w+\}/g) ?? []))].filter((name) => name !== "{count}").toSorted();

describe("a message", () => {
  const say = createSay("en-GB", en);

  it("is filled with what it names", () => expect(say("secure.title", { name: "default" })).toBe("Secure default"));

  it("takes the plural of its count", () => {
    expect(say("review.commit", { count: 1 })).toBe("Secure 1 endpoint");
    expect(say("review.commit", { count: 6 })).toBe("Secure 6 endpoints");
  });

  it("takes the plural of the language: French counts zero as one", () => {
    const dire = createSay("fr", fr);
    expect(dire("days.left", { count: 0 })).toBe("0 jour restant");
    expect(dire("days.left", { count: 2 })).toBe("2 jours restants");
  });

  it("writes numbers in the language's manner", () => expect(createSay("en-GB", en)("history.count", { count: 12345 })).toBe("12,345 changes"));

  it("fits the machine where there is a text for it", () => {
    const onLinux = createSay("en-GB", en, "linux");
    expect(onLinux("startType.automatic")).toBe("with the computer");
    expect(say("startType.automatic")).toBe("with Windows");
    expect(onLinux("startType.manual")).toBe(say("startType.manual"));
  });

  it.each(keys.filter((key) => key.endsWith(".linux")))("%s takes the place of one that fills in the same, and has no word of Windows", (key) => {
    const plain = key.replace(/\.linux$/, "") as MessageKey;
    expect(placeholders(en[key])).toEqual(placeholders(en[plain]));
    expect(formsOf(en[key]).join(" ")).not.toMatch(/Windows|HTTP\.sys|netsh|reservation/);
  });

  it("never takes a value for a placeholder", () => expect(say("error.putBack") + say("secure.title", { name: "{name}" })).toContain("Secure {name}"));
});

describe("the French texts", () => {
  it.each(keys)("%s names what the English one names", (key) => expect(placeholders(fr[key])).toEqual(placeholders(en[key])));

  it("leave no English sentence behind", () => {
    const alike: readonly MessageKey[] = ["addresses.port", "addresses.ports", "app.name", "app.navigation", "bound.column.application", "configuration.title", "transcript.services", "error.code", "export.der", "export.format", "export.pem", "export.pfx", "generation.v2", "generation.v3", "instances.count", "instances.open.placeholder", "instances.open.placeholder.linux", "instances.product", "instances.title", "keyUser.bits", "listen.port", "overview.column.action", "overview.column.service", "overview.instances", "product.dcdr-www", "product.icdr", "proof.column.status", "secure.address.instance", "secure.address.port", "section.fhir", "section.hl7", "send.tls", "serviceCard.version", "stored.pem", "stored.sha256", "use.service"];
    expect(keys.filter((key) => !alike.includes(key) && formsOf(en[key]).some((form) => formsOf(fr[key]).includes(form)))).toEqual([]);
  });
});

describe("a moment", () => {
  const now = new Date(2026, 10, 22, 12, 0);

  it("of today or yesterday is named", () => {
    expect(formatMoment(new Date(2026, 10, 22, 9, 14).toISOString(), "en-GB", now)).toBe("Today, 09:14");
    expect(formatMoment(new Date(2026, 10, 21, 23, 59).toISOString(), "en-GB", now)).toBe("Yesterday, 23:59");
  });

  it("further away is a date", () => expect(formatMoment(new Date(2026, 10, 2, 9, 14).toISOString(), "en-GB", now)).toBe("2 Nov 2026, 09:14"));

  it("may be told by its age in days", () => {
    expect(formatAge(new Date(2026, 10, 22, 9, 14).toISOString(), "en-GB", now)).toBe("today");
    expect(formatAge(new Date(2026, 10, 10, 23, 59).toISOString(), "en-GB", now)).toBe("12 days ago");
    expect(formatAge(new Date(2026, 10, 21, 23, 59).toISOString(), "fr", now)).toBe("hier");
  });

  it("that is none is shown as it stands", () => expect(formatMoment("soon", "en-GB", now)).toBe("soon"));
});
