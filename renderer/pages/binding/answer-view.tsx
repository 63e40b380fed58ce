// Who answers a client: the question, and for every address the record that wins with the reasons for all others.
import { useState } from "react";
import type { ExplainRequest } from "../../../app/contract.ts";
import type { Answer, Explanation } from "../../../app/http-sys/http-sys-view.ts";
import { useAct, useHost, type Act } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { addressOf } from "../../shell/route.ts";
import { Button, ErrorSmallIcon, Field, Input, Spinner, SuccessSmallIcon } from "../../ui/index.ts";
import { nameOf, type StoredCertificate } from "../certificate/certificate-list.ts";
import { DaysLeftLabel } from "../certificate/days-left-label.tsx";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { isAddress, type Question } from "./question.ts";

const place = ({ address, port }: Answer): string => (address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`);

/** `certificate` is the one of the record that wins, where the machine has it; `records` says that records are links. */
function AnswerCard({ answer, certificate, records }: { readonly answer: Answer; readonly certificate: StoredCertificate | null; readonly records: boolean }) {
  const say = useSay();
  const title = answer.serverName === null ? say("answers.at", { place: place(answer) }) : say("answers.atAs", { place: place(answer), name: answer.serverName });
  return (
    <section className="card answer" aria-label={title}>
      <h3 className="break">{title}</h3>
      <p className="with-icon answer-outcome">
        {answer.winner === null ? <ErrorSmallIcon className="tone-error" /> : <SuccessSmallIcon className="tone-success" />}
        <span className="strong break">{answer.winner === null ? say("answers.none") : say("answers.winner", { endpoint: answer.winner })}</span>
      </p>
      {answer.winner !== null && (answer.thumbprint === null ? <p className="dim">{say("binding.central")}</p> : (
        <div className="bound-certificate">
          {certificate && <div className="spaced"><a className="break" href={addressOf({ page: "certificate", store: certificate.store, thumbprint: certificate.thumbprint })}>{nameOf(certificate)}</a><DaysLeftLabel certificate={certificate} /></div>}
          <Thumbprint value={answer.thumbprint} />
        </div>
      ))}
      {answer.considered.length > 0 && (
        <>
          <h4>{say("answers.considered")}</h4>
          <ol className="considered" aria-label={say("answers.consideredAt", { title })}>
            {answer.considered.map(({ endpoint, reason }) => (
              <li key={endpoint}>
                {records ? <a className="mono break" href={addressOf({ page: "binding", endpoint })}>{endpoint}</a> : <span className="mono break">{endpoint}</span>}
                <span className="dim">{reason}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function ExplanationView({ explanation, certificates, records }: { readonly explanation: Explanation; readonly certificates: readonly StoredCertificate[]; readonly records: boolean }) {
  const say = useSay();
  const { answers, findings } = explanation;
  return (
    <div className="stack" role="group" aria-label={say("answers.title")}>
      {findings.length > 0 && <section className="card"><FindingList findings={findings} label={say("review.findings")} /></section>}
      <div className={answers.length > 1 ? "columns" : "stack"}>
        {answers.map((answer) => (
          <AnswerCard key={`${answer.address} ${answer.serverName ?? ""}`} answer={answer} records={records}
            certificate={certificates.find(({ thumbprint, sha256 }) => answer.thumbprint === thumbprint || answer.thumbprint === sha256) ?? null} />
        ))}
      </div>
    </div>
  );
}

export interface Asking {
  readonly question: Question;
  readonly change: (question: Question) => void;
  readonly act: Act<Explanation>;
  readonly missing: boolean;
  readonly ask: () => void;
}

/** `transcript` is the text whose records are explained in place of this machine's. */
export function useAsking(first: Question, transcript?: string): Asking {
  const host = useHost();
  const [question, change] = useState(first);
  const [missing, setMissing] = useState(false);
  const { act, run } = useAct<Explanation>();
  const ask = () => {
    const target = question.target.trim();
    const serverName = question.serverName.trim();
    setMissing(target === "");
    if (target === "") return;
    const request: ExplainRequest = { target, ...(isAddress(target) && serverName !== "" && { serverName }), ...(transcript !== undefined && { transcript }) };
    void run(() => host.binding.explain(request));
  };
  return { question, change, act, missing, ask };
}

export function AnswerForm({ asking: { question, change, act, missing, ask }, certificates, records }: {
  readonly asking: Asking; readonly certificates: readonly StoredCertificate[]; readonly records: boolean;
}) {
  const say = useSay();
  return (
    <>
      <form className="card question" noValidate onSubmit={(event) => { event.preventDefault(); ask(); }}>
        <Field className="grow" label={say("answers.target")} hint={say("answers.target.hint")} {...(missing && { validationState: "error" as const, validationMessage: say("answers.target.missing") })}>
          <Input className="mono" value={question.target} maxLength={400} spellCheck={false} autoComplete="off" placeholder="127.0.0.1:9200" onChange={(_, { value }) => change({ ...question, target: value })} />
        </Field>
        {(question.target.trim() === "" || isAddress(question.target)) && (
          <Field className="grow" label={say("answers.name")} hint={say("answers.name.hint")}>
            <Input className="mono" value={question.serverName} maxLength={260} spellCheck={false} autoComplete="off" placeholder="clinic.example.org" onChange={(_, { value }) => change({ ...question, serverName: value })} />
          </Field>
        )}
        <Button type="submit" appearance="primary">{say("answers.ask")}</Button>
      </form>
      {act.state === "running" && <Spinner size="tiny" className="start late" label={say("answers.asking")} />}
      {act.state === "failed" && <ErrorNotice error={act.error} />}
      <div aria-live="polite">{act.state === "done" && <ExplanationView explanation={act.value} certificates={certificates} records={records} />}</div>
    </>
  );
}
