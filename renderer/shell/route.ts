// The pages and their addresses, in the fragment: one page, whatever host serves it.

export type Route =
  | { readonly page: "overview" }
  | { readonly page: "secure"; readonly instance: string | null }
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

/** Reads a fragment ("#/history/…"); an empty one is the overview. */
export function parseRoute(fragment: string): Route {
  const parts = fragment.replace(/^#?\/?/, "").split("/").map(decode);
  if (parts.length > 2 || parts.includes(null)) return { page: "unknown" };
  const [page, subject] = parts;
  const named = subject === undefined || subject === null || subject === "" ? null : subject;
  switch (page) {
    case "": return named === null ? { page: "overview" } : { page: "unknown" };
    case "secure": return { page: "secure", instance: named };
    case "history": return named === null ? { page: "history" } : { page: "record", id: named };
    default: return { page: "unknown" };
  }
}

/** The address of a page, for links. */
export function addressOf(route: Route): string {
  switch (route.page) {
    case "overview": return "#/";
    case "secure": return route.instance === null ? "#/secure" : `#/secure/${encodeURIComponent(route.instance)}`;
    case "history": return "#/history";
    case "record": return `#/history/${encodeURIComponent(route.id)}`;
    case "unknown": return "#/";
  }
}

/** Goes to a page, leaving a step back in the browser's history. */
export function goTo(route: Route): void {
  window.location.hash = addressOf(route);
}
