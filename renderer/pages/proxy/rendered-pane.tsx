// The file of a site beside its form: what is worth knowing of it, its text in colours, copied or saved.
import { useMemo, type ReactNode } from "react";
import { useSay } from "../../messages/language.tsx";
import { CopyButton, Empty, FileIcon, Notice, SaveIcon, Button } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { saveText } from "../save-file.ts";
import { colourLines } from "./directive-colour.ts";
import { Spans } from "./nginx-text.tsx";
import type { Rendering } from "./use-rendered-site.ts";

function Text({ text, label }: { readonly text: string; readonly label: string }) {
  const lines = useMemo(() => colourLines(text.replace(/\n$/, "")), [text]);
  return <pre className="code nginx-text" tabIndex={0} aria-label={label}>{lines.map((spans, index) => <span key={index} className="nginx-line"><Spans spans={spans} />{"\n"}</span>)}</pre>;
}

/** `wants` names what the form still lacks; `wrong` says that something is said at a field; `replaces` says that a site of this name is published; `beside` that another one stays beside it; `planned` that paths in the file are only stand-ins. */
export function RenderedPane({ rendering: { rendered, error, current }, wants, wrong, replaces, beside, planned }: {
  readonly rendering: Rendering; readonly wants: readonly string[]; readonly wrong: boolean; readonly replaces: (fileName: string) => boolean; readonly beside: ReactNode; readonly planned: boolean;
}) {
  const say = useSay();
  const stale = rendered !== null && !current;
  const said = current && rendered ? say("rendered.current", { count: rendered.findings.length }) : error || wrong ? say("rendered.refused") : "";
  return (
    <section className="card rendered-pane" aria-labelledby="rendered-title">
      <div className="card-head rendered-head">
        <h2 id="rendered-title" className={rendered ? "mono break" : undefined}>{rendered?.fileName ?? say("rendered.title")}</h2>
        {rendered && (
          <div className="row">
            <CopyButton text={rendered.text} name={say("app.copyWhat", { what: rendered.fileName })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} />
            <Button size="small" icon={<SaveIcon />} aria-label={say("snippet.save", { file: rendered.fileName })} onClick={() => saveText(rendered.fileName, rendered.text)}>{say("keyUser.save")}</Button>
          </div>
        )}
      </div>
      <span className="visually-hidden" role="status">{said}</span>
      {error && !wrong && <ErrorNotice error={error} />}
      {wrong && <Notice intent="error" title={say("rendered.refused")}><p>{say("rendered.refused.hint")}</p></Notice>}
      {stale && !error && !wrong && wants.length > 0 && <Notice intent="warning" title={say("rendered.wants")}><ul className="plain-list">{wants.map((want) => <li key={want}>{want}</li>)}</ul></Notice>}
      {rendered ? (
        <>
          {beside}
          {current && <FindingList findings={rendered.findings} label={say("review.findings")} />}
          {current && replaces(rendered.fileName) && <p className="dim">{say("rendered.replaces")}</p>}
          {planned && <p className="dim">{say("rendered.planned")}</p>}
          <div className={stale ? "stale" : undefined}><Text text={rendered.text} label={rendered.fileName} /></div>
        </>
      ) : !error && !wrong && (
        <Empty icon={<FileIcon />} title={say("rendered.empty")}>
          <p>{say("rendered.empty.hint")}</p>
          <ul className="wants">{wants.map((want) => <li key={want}>{want}</li>)}</ul>
        </Empty>
      )}
    </section>
  );
}
