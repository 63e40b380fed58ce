// The request that the tester is about, the same in each of its parts. It holds nothing secret, and lasts while the window is open.
import { useState } from "react";
import { algorithms, type Algorithm, type Method, type Signed } from "../../../app/cws/algorithm.ts";
import type { BodyDraft } from "./body-source.ts";

export interface Draft {
  readonly user: string;
  readonly algorithm: Algorithm;
  readonly method: Method;
  /** What a method signs of which nothing is documented. */
  readonly undocumented: Signed;
  readonly body: BodyDraft;
  readonly url: string;
}

let left: Draft = { user: "", algorithm: algorithms[0], method: "POST", undocumented: "body", body: { text: "", lineEnd: "lf", file: null }, url: "" };

/** To be called before the tester is opened. */
export function tellDraft(part: Partial<Draft>): void {
  left = { ...left, ...part };
}

/** The draft, and the function that changes a part of it. */
export function useDraft(): readonly [draft: Draft, change: (part: Partial<Draft>) => void] {
  const [draft, setDraft] = useState(() => left);
  return [draft, (part) => {
    tellDraft(part);
    setDraft(left);
  }];
}
