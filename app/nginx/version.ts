// A version of NGINX, and since when NGINX knows what a site is written with.

export type NginxVersion = readonly [major: number, minor: number, patch: number];

/** The oldest that is written for: TLS 1.3 came with 1.13.0, the escaped client certificate with 1.13.5. */
export const oldestVersion: NginxVersion = [1, 14, 0];

/** What is written for where no version is named. */
export const assumedVersion: NginxVersion = [1, 19, 4];

/** The version that first knew a thing. Source: nginx.org, CHANGES. */
export const since = {
  cookieFlags: [1, 19, 3],
  rejectHandshake: [1, 19, 4],
  logOption: [1, 19, 5],
  http2Directive: [1, 25, 1],
} as const satisfies Readonly<Record<string, NginxVersion>>;

/** Reads "1.22.1"; null for anything else. */
export function parseVersion(text: string): NginxVersion | null {
  const [, major, minor, patch] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text) ?? [];
  return major === undefined || minor === undefined || patch === undefined ? null : [Number(major), Number(minor), Number(patch)];
}

export const formatVersion = (version: NginxVersion): string => version.join(".");

/** Whether a version is another one or newer. */
export function isSince(version: NginxVersion, first: NginxVersion): boolean {
  const place = version.findIndex((part, index) => part !== first[index]);
  return place < 0 || (version[place] ?? 0) > (first[place] ?? 0);
}
