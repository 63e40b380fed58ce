// What is wrong with a file of NGINX that stands before SanteDB.
import { problem } from "../errors.ts";
import type { SiteFinding, SiteMaterial } from "./site.ts";

export interface SiteFile { readonly name: string; readonly content: Uint8Array }

export function lintSites(_files: readonly SiteFile[], _materials: readonly SiteMaterial[], _now: Date): readonly SiteFinding[] {
  throw problem("unsupported", { what: "This" });
}
