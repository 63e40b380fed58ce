// The session: a one-time token out of the printed address becomes a cookie that scripts cannot read.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Wrong tokens after which none is taken any more. Nobody mistypes a token; whoever sends these is guessing. */
const wrongTokenLimit = 100;

export type Opening = { readonly outcome: "opened"; readonly setCookie: string } | { readonly outcome: "spent" | "wrong" };

export interface Session {
  /** 256 bits as base64url, good once. */
  readonly token: string;
  /** Spends the token. The cookie given is HttpOnly and SameSite=Strict, and ends with the browser or the host. */
  open(token: string): Opening;
  /** Whether a Cookie header carries the session. */
  holds(cookieHeader: string | undefined): boolean;
}

/** Makes a session of one host. Cookies are shared by all ports of a host name, so the port is part of the cookie's name. */
export function createSession(port: number): Session {
  const cookieName = `lockstep-${port}`;
  const token = secret();
  const key = secret();
  let spent = false;
  let wrong = 0;
  return {
    token,
    open: (offered) => {
      const right = same(offered, token);
      if (!right) wrong += 1;
      if (!right || wrong > wrongTokenLimit) return { outcome: "wrong" };
      if (spent) return { outcome: "spent" };
      spent = true;
      return { outcome: "opened", setCookie: `${cookieName}=${key}; HttpOnly; SameSite=Strict; Path=/` };
    },
    holds: (header = "") =>
      header.split(";").some((pair) => {
        const [name, value] = pair.trim().split("=", 2);
        return name === cookieName && same(value ?? "", key);
      }),
  };
}

const secret = (): string => randomBytes(32).toString("base64url");

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Takes the same time wherever two texts differ, and whatever their lengths. */
const same = (offered: string, expected: string): boolean => timingSafeEqual(digest(offered), digest(expected));
