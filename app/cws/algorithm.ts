// The algorithms of CorEMR's web services, and which version of the services knows which (docs.coremr.com/ws/security).

/** As they stand in the header. The first is the one to use. */
export const algorithms = ["CWS-SHA256", "CWS-SHA1"] as const;
export type Algorithm = (typeof algorithms)[number];

/** V1 came with CorEMR 5.5.11, V2 with 6.2.0. */
export const serviceVersions = ["V1", "V2"] as const;
export type ServiceVersion = (typeof serviceVersions)[number];

const known: Readonly<Record<ServiceVersion, readonly Algorithm[]>> = { V1: ["CWS-SHA1"], V2: algorithms };

export const isKnownIn = (algorithm: Algorithm, version: ServiceVersion): boolean => known[version].includes(algorithm);

/** Hashes of which a signature may tell, by the names that node:crypto gives them. */
export type Hash = "sha1" | "sha256" | "sha384" | "sha512" | "md5";

export const hashOf: Readonly<Record<Algorithm, "sha1" | "sha256">> = { "CWS-SHA256": "sha256", "CWS-SHA1": "sha1" };

/** As people write them. */
export const hashNames: Readonly<Record<Hash, string>> = { sha1: "SHA-1", sha256: "SHA-256", sha384: "SHA-384", sha512: "SHA-512", md5: "MD5" };

/** Of a request; the services document GET, POST and PUT, and nothing of the others. */
export const methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"] as const;
export type Method = (typeof methods)[number];

/**
 * What is signed. "body": the bytes of the body, which for an empty body are the empty string. "empty": always the empty
 * string. GET and HEAD sign the empty string, PUT and POST the body; for the methods that nothing is documented of,
 * `undocumented` decides.
 */
export type Signed = "body" | "empty";

export function signedBy(method: Method, undocumented: Signed = "body"): Signed {
  switch (method) {
    case "GET": case "HEAD": return "empty";
    case "POST": case "PUT": return "body";
    case "DELETE": case "PATCH": case "OPTIONS": return undocumented;
  }
}

export const isDocumented = (method: Method): boolean => method === "GET" || method === "POST" || method === "PUT";
