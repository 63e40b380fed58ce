// The frame of the pages about NGINX: one title, and the way from each of its parts to the other.
import type { ReactNode } from "react";
import { useSay } from "../../messages/language.tsx";
import type { Route } from "../../shell/route.ts";
import { Heading, Page } from "../page.tsx";
import { PartLinks } from "../part-links.tsx";

const sections = [
  { name: "sites", route: { page: "proxy" } },
  { name: "lint", route: { page: "lint" } },
] as const satisfies readonly { readonly name: string; readonly route: Route }[];

export function Section({ name, children }: { readonly name: (typeof sections)[number]["name"]; readonly children: ReactNode }) {
  const say = useSay();
  const lead = <p className="lead">{say(`proxy.lead.${name}`)}</p>;
  return (
    <Page title={say("proxy.title")} {...(name !== "sites" && { part: say(`proxy.part.${name}`) })}>
      <PartLinks label={say("proxy.parts")} parts={sections} titleOf={(each) => say(`proxy.part.${each}`)} current={name} />
      {name === "sites" ? <div className="section-head">{lead}</div> : <div className="section-head"><Heading level={2}>{say(`proxy.part.${name}`)}</Heading>{lead}</div>}
      {children}
    </Page>
  );
}
