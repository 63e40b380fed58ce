// What people hand in for a public key, once it was read: a public key in some form, or a private key that should not have left its owner.
import type { KeyForm } from "./cws-view.ts";
import type { RsaNumbers } from "./rsa-numbers.ts";

/**
 * What was given cannot be registered. The message says why in words that fit after "cannot be registered:", and holds
 * nothing of the content. It stays inside this room: public-key.ts makes it a LockstepError.
 */
export class UnusableKey extends Error {
  readonly remedy: string;

  constructor(problem: string, remedy: string = askAgain) {
    super(problem);
    this.remedy = remedy;
  }
}

export const askAgain = "Ask for the public key again, as a PEM file: whoever has the private key makes it with `openssl rsa -in PRIVATE -pubout -out PUBLIC`.";

export const rsaNeeded = "Make an RSA pair: `lockstep key-user generate NAME --out-dir DIR`, or `openssl genrsa -out PRIVATE 4096`.";

export type GivenKey =
  | {
    readonly kind: "public";
    readonly form: KeyForm;
    readonly numbers: RsaNumbers;
    /** What makes of it what CorEMR takes, a sentence each. */
    readonly changes: readonly string[];
  }
  | {
    readonly kind: "private";
    /** What it is, in words: "BEGIN RSA PRIVATE KEY", "PuTTY". */
    readonly form: string;
    /** The public half, or what keeps it from being read here. */
    readonly half: RsaNumbers | UnusableKey;
  };

export type PublicKeyGiven = Extract<GivenKey, { kind: "public" }>;
export type PrivateKeyGiven = Extract<GivenKey, { kind: "private" }>;

/** A private key of which the public half is read by `read`, if it can be. Damage is told in words that hold nothing of the key. */
export function privateKeyGiven(form: string, read: () => RsaNumbers): PrivateKeyGiven {
  try {
    return { kind: "private", form, half: read() };
  } catch (thrown) {
    return { kind: "private", form, half: thrown instanceof UnusableKey ? thrown : new UnusableKey("its private key is damaged.", halfByOpenssl) };
  }
}

export const halfByOpenssl = "Where the private key lies, run `openssl rsa -in FILE -pubout -out PUBLIC`, and give PUBLIC.";
