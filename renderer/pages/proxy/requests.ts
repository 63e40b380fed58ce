// What can be asked for of a published site, as a plan with its texts.
import type { PublishedSite } from "../../../app/nginx/site.ts";
import type { Say } from "../../messages/message.ts";
import type { PlanRequest } from "../plan/plan-dialog.tsx";

/** The first host name, by which people know a site; the file's name where it has none. */
export const nameOfSite = ({ serverNames, fileName }: Pick<PublishedSite, "serverNames" | "fileName">): string => serverNames[0] ?? fileName;

export function unpublishRequest(say: Say, site: PublishedSite): PlanRequest {
  const name = nameOfSite(site);
  return {
    plan: (host) => host.proxy.planUnpublish({ name: site.fileName }),
    title: say("unpublish.title", { name }), lead: say("unpublish.lead"), commit: say("unpublish.commit"),
    running: say("unpublish.running", { name }), done: say("unpublish.done", { name }), failed: say("unpublish.failed", { name }),
  };
}
