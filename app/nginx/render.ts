// A site as a file of NGINX.
import { problem } from "../errors.ts";
import type { RenderedSite, Site } from "./site.ts";

export function renderSite(_: Site): RenderedSite {
  throw problem("unsupported", { what: "This" });
}
