// Who answers a client at an address or a name of this machine.
import { useEffect, useRef } from "react";
import { useLoaded } from "../../host/host.tsx";
import { AnswerForm, useAsking } from "./answer-view.tsx";
import { loadCertificates } from "./bound.ts";
import type { Question } from "./question.ts";
import { Section } from "./section.tsx";

/** What was asked last, so that it is found again after a record was looked at. */
let left: Question = { target: "", serverName: "" };

/** `target` is asked about at once. */
export function AnswersPage({ target }: { readonly target: string | null }) {
  const loaded = useLoaded(loadCertificates);
  const asking = useAsking(target === null ? left : { target, serverName: "" });
  const { question, ask } = asking;
  // What is typed afterwards is asked about only when the person says so.
  const begun = useRef(question.target.trim() === "");
  useEffect(() => {
    left = question;
  }, [question]);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    ask();
  });
  return (
    <Section name="answers">
      <div className="stack"><AnswerForm asking={asking} certificates={loaded.state === "ready" ? loaded.value : []} records /></div>
    </Section>
  );
}
