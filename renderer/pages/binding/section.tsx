// The frame of the pages about HTTP.sys: one title, and the way from each of its parts to the others.
import type { ReactNode } from "react";
import { useSay } from "../../messages/language.tsx";
import type { Route } from "../../shell/route.ts";
import { Heading, Page } from "../page.tsx";
import { PartLinks } from "../part-links.tsx";

const sections = [
  { name: "bindings", route: { page: "bindings" } },
  { name: "answers", route: { page: "answers", target: null } },
  { name: "reservations", route: { page: "reservations" } },
  { name: "listenList", route: { page: "listen-list" } },
  { name: "transcript", route: { page: "transcript" } },
] as const satisfies readonly { readonly name: string; readonly route: Route }[];
export type SectionName = (typeof sections)[number]["name"];

export function Section({ name, children }: { readonly name: SectionName; readonly children: ReactNode }) {
  const say = useSay();
  const lead = <p className="lead">{say(`section.lead.${name}`)}</p>;
  return (
    <Page title={say("section.name.bindings")} {...(name !== "bindings" && { part: say(`section.name.${name}`) })}>
      <PartLinks label={say("bound.sections")} parts={sections} titleOf={(each) => say(`section.name.${each}`)} current={name} />
      {name === "bindings" ? <div className="section-head">{lead}</div> : <div className="section-head"><Heading level={2}>{say(`section.name.${name}`)}</Heading>{lead}</div>}
      {children}
    </Page>
  );
}
