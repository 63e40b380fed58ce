// The names that the preload knows, against the contract itself.
import { expect, it } from "vitest";
import { callNames, eventNames } from "../../app/contract-names.ts";
import { members } from "../../app/host.ts";

it("are exactly the members of the contract, in its order", () => {
  const ofKind = (event: boolean): string[] => [...members].filter(([, { kind }]) => (kind === "event") === event).map(([name]) => name);
  expect(callNames).toEqual(ofKind(false));
  expect(eventNames).toEqual(ofKind(true));
});
