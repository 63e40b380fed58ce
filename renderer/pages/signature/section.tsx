// The frame of the signature tester: one title, and the way from each of its parts to the others.
import type { ReactNode } from "react";
import { useSay } from "../../messages/language.tsx";
import { signatureParts, type SignaturePart } from "../../shell/route.ts";
import { Heading, Page } from "../page.tsx";
import { PartLinks } from "../part-links.tsx";

const parts = signatureParts.map((name) => ({ name, route: { page: "signature", part: name } as const }));

export function Section({ part, children }: { readonly part: SignaturePart; readonly children: ReactNode }) {
  const say = useSay();
  const first = part === signatureParts[0];
  return (
    <Page title={say("signature.title")} {...(!first && { part: say(`signature.part.${part}`) })}>
      <PartLinks label={say("signature.parts")} parts={parts} titleOf={(name) => say(`signature.part.${name}`)} current={part} />
      <div className="section-head">
        {!first && <Heading key={part} level={2}>{say(`signature.part.${part}`)}</Heading>}
        <p className="lead">{say(`signature.lead.${part}`)}</p>
      </div>
      {children}
    </Page>
  );
}
