// The pages and their addresses, in the fragment: one page, whatever host serves it.
import type { StoredDetail } from "../../app/certificates/certificate.ts";

type Store = StoredDetail["certificate"]["store"];

/** The parts of the signature tester; the first is shown where none is named. */
export const signatureParts = ["make", "check", "send", "listen"] as const;
export type SignaturePart = (typeof signatureParts)[number];

export type Route =
  | { readonly page: "overview" }
  | { readonly page: "secure"; readonly instance: string | null }
  | { readonly page: "instances" }
  /** By the name of its service, which no other has. */
  | { readonly page: "instance"; readonly service: string }
  | { readonly page: "file"; readonly path: string }
  | { readonly page: "certificates" }
  | { readonly page: "certificate"; readonly store: Store; readonly thumbprint: string }
  | { readonly page: "bindings" }
  | { readonly page: "binding"; readonly endpoint: string }
  /** With a target, it is explained at once. */
  | { readonly page: "answers"; readonly target: string | null }
  | { readonly page: "reservations" }
  | { readonly page: "listen-list" }
  | { readonly page: "transcript" }
  | { readonly page: "proxy" }
  /** By the name of its file. */
  | { readonly page: "site"; readonly fileName: string }
  /** With the name of a site's file, what is known of it stands in the form already. */
  | { readonly page: "publish"; readonly fileName: string | null }
  | { readonly page: "lint" }
  /** Without a thumbprint, the certificate that is to go is chosen there. */
  | { readonly page: "replace"; readonly thumbprint: string | null }
  | { readonly page: "import" }
  | { readonly page: "request" }
  | { readonly page: "complete"; readonly id: string | null }
  | { readonly page: "convert" }
  | { readonly page: "key-users" }
  /** By its fingerprint: a name may be given again. */
  | { readonly page: "key-user"; readonly fingerprint: string }
  /** With the fingerprint of the key user that the new one is to take over from. */
  | { readonly page: "make-key" | "add-key"; readonly replaces: string | null }
  | { readonly page: "rotate-key"; readonly fingerprint: string }
  | { readonly page: "signature"; readonly part: SignaturePart }
  | { readonly page: "history" }
  | { readonly page: "record"; readonly id: string }
  | { readonly page: "unknown" };

const decode = (part: string): string | null => {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
};

function certificateRoute(store: string, thumbprint: string): Route {
  if (store !== "My" && store !== "CA" && store !== "Root" || !/^[0-9A-F]{40}$/.test(thumbprint)) return { page: "unknown" };
  return { page: "certificate", store, thumbprint };
}

/** The pages below the bindings. */
function bindingsRoute(subject: string, detail: string | null): Route {
  if (detail === "") return { page: "unknown" };
  switch (subject) {
    case "record": return detail === null ? { page: "unknown" } : { page: "binding", endpoint: detail };
    case "answers": return { page: "answers", target: detail };
    case "reservations":
    case "listen-list":
    case "transcript": return detail === null ? { page: subject } : { page: "unknown" };
    default: return { page: "unknown" };
  }
}

/** The pages below NGINX. */
function proxyRoute(subject: string, detail: string | null): Route {
  if (detail === "") return { page: "unknown" };
  switch (subject) {
    case "site": return detail === null ? { page: "unknown" } : { page: "site", fileName: detail };
    case "publish": return { page: "publish", fileName: detail };
    case "check": return detail === null ? { page: "lint" } : { page: "unknown" };
    default: return { page: "unknown" };
  }
}

/** The pages below the key users. */
function keyUsersRoute(subject: string, detail: string | null): Route {
  const isFingerprint = (text: string) => /^[0-9A-F]{64}$/.test(text);
  if (subject === "make" || subject === "add") {
    return detail === null || isFingerprint(detail) ? { page: subject === "make" ? "make-key" : "add-key", replaces: detail } : { page: "unknown" };
  }
  if (!isFingerprint(subject)) return { page: "unknown" };
  if (detail === null) return { page: "key-user", fingerprint: subject };
  return detail === "replace" ? { page: "rotate-key", fingerprint: subject } : { page: "unknown" };
}

function signatureRoute(named: string | null): Route {
  const part = signatureParts.find((each) => each === (named ?? signatureParts[0]));
  return part === undefined ? { page: "unknown" } : { page: "signature", part };
}

const replaceRoute = (thumbprint: string | null): Route =>
  (thumbprint === null || /^[0-9A-F]{40}$/.test(thumbprint) ? { page: "replace", thumbprint } : { page: "unknown" });

/** Reads a fragment ("#/history/…"); an empty one is the overview. */
export function parseRoute(fragment: string): Route {
  const parts = fragment.replace(/^#?\/?/, "").split("/").map(decode);
  const [page = null, subject = null, detail] = parts;
  if (parts.length > 3 || parts.includes(null)) return { page: "unknown" };
  if (detail !== undefined) {
    if (page === "instances") return subject === "file" && detail !== null && detail !== "" ? { page: "file", path: detail } : { page: "unknown" };
    if (page === "bindings") return bindingsRoute(subject ?? "", detail);
    if (page === "proxy") return proxyRoute(subject ?? "", detail);
    if (page === "key-users") return keyUsersRoute(subject ?? "", detail ?? "");
    return page === "certificates" ? certificateRoute(subject ?? "", detail ?? "") : { page: "unknown" };
  }
  const named = subject === "" ? null : subject;
  const alone = (route: Route): Route => (named === null ? route : { page: "unknown" });
  switch (page) {
    case "": return alone({ page: "overview" });
    case "secure": return { page: "secure", instance: named };
    case "instances": return named === null ? { page } : { page: "instance", service: named };
    case "bindings": return named === null ? { page } : bindingsRoute(named, null);
    case "proxy": return named === null ? { page } : proxyRoute(named, null);
    case "replace": return replaceRoute(named);
    case "key-users": return named === null ? { page } : keyUsersRoute(named, null);
    case "signature": return signatureRoute(named);
    case "certificates":
    case "import":
    case "request":
    case "convert": return alone({ page });
    case "complete": return { page, id: named };
    case "history": return named === null ? { page: "history" } : { page: "record", id: named };
    default: return { page: "unknown" };
  }
}

/** The address of a page, for links. */
export function addressOf(route: Route): string {
  switch (route.page) {
    case "overview": return "#/";
    case "secure": return route.instance === null ? "#/secure" : `#/secure/${encodeURIComponent(route.instance)}`;
    case "instances":
    case "bindings":
    case "proxy":
    case "certificates":
    case "import":
    case "request":
    case "convert":
    case "key-users":
    case "history": return `#/${route.page}`;
    case "instance": return `#/instances/${encodeURIComponent(route.service)}`;
    case "file": return `#/instances/file/${encodeURIComponent(route.path)}`;
    case "certificate": return `#/certificates/${route.store}/${route.thumbprint}`;
    case "binding": return `#/bindings/record/${encodeURIComponent(route.endpoint)}`;
    case "answers": return route.target === null ? "#/bindings/answers" : `#/bindings/answers/${encodeURIComponent(route.target)}`;
    case "reservations":
    case "listen-list":
    case "transcript": return `#/bindings/${route.page}`;
    case "site": return `#/proxy/site/${encodeURIComponent(route.fileName)}`;
    case "publish": return route.fileName === null ? "#/proxy/publish" : `#/proxy/publish/${encodeURIComponent(route.fileName)}`;
    case "lint": return "#/proxy/check";
    case "replace": return route.thumbprint === null ? "#/replace" : `#/replace/${route.thumbprint}`;
    case "key-user": return `#/key-users/${route.fingerprint}`;
    case "rotate-key": return `#/key-users/${route.fingerprint}/replace`;
    case "make-key":
    case "add-key": return `#/key-users/${route.page === "make-key" ? "make" : "add"}${route.replaces === null ? "" : `/${route.replaces}`}`;
    case "signature": return route.part === signatureParts[0] ? "#/signature" : `#/signature/${route.part}`;
    case "complete": return route.id === null ? "#/complete" : `#/complete/${encodeURIComponent(route.id)}`;
    case "record": return `#/history/${encodeURIComponent(route.id)}`;
    case "unknown": return "#/";
  }
}

/** Goes to a page, leaving a step back in the browser's history. */
export function goTo(route: Route): void {
  window.location.hash = addressOf(route);
}
