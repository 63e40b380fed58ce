// Any site file, or all that `nginx -T` printed, checked: what is wrong, where, and how it is mended, beside the text.
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import type { SiteFinding } from "../../../app/nginx/site.ts";
import { useAct, useHost } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { Button, Field, Notice, OpenFileIcon, Select, Spinner } from "../../ui/index.ts";
import { DropTarget, DropZone } from "../certificate/drop-zone.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { check, type Checked } from "./check-files.ts";
import { filesLimit, groupFindings, isMaterial } from "./checked-files.ts";
import { Section } from "./section.tsx";
import { SiteFindings } from "./site-findings.tsx";
import { SourceView } from "./source-view.tsx";

/** Findings of one file that are drawn before more are asked for. */
const pageLength = 50;

/** What a text from the clipboard goes by. */
const pastedName = "pasted.conf";

type Mistake = "many" | "none";

function Verdict({ checked: { names, findings, materials, unnamed } }: { readonly checked: Checked }) {
  const { say, tag } = useLanguage();
  const list = new Intl.ListFormat(tag);
  const count = { error: 0, warning: 0, information: 0 };
  for (const { severity } of findings) count[severity]++;
  const told = (["error", "warning", "information"] as const).filter((severity) => count[severity] > 0).map((severity) => say(`lint.count.${severity}`, { count: count[severity] }));
  const intent = count.error > 0 ? "error" : count.warning > 0 ? "warning" : findings.length > 0 ? "information" : "success";
  return (
    <Notice intent={intent} announce title={findings.length === 0 ? say("lint.clean", { files: list.format(names) }) : say("lint.found", { what: list.format(told), files: list.format(names) })}>
      {findings.length === 0 && <p>{say("lint.clean.hint")}</p>}
      {materials.length > 0 && <p>{say("lint.materials", { files: list.format(materials) })}</p>}
      {unnamed.length > 0 && <p>{say("lint.unnamed", { files: list.format(unnamed) })}</p>}
    </Notice>
  );
}

function FindingGroup({ file, findings, chosen, onLine }: { readonly file: string; readonly findings: readonly SiteFinding[]; readonly chosen: SiteFinding | null; readonly onLine: (finding: SiteFinding) => void }) {
  const say = useSay();
  const [limit, setLimit] = useState(pageLength);
  return (
    <section className="finding-group">
      <h3 className="mono break">{file}</h3>
      <SiteFindings findings={findings.slice(0, limit)} label={file} chosen={chosen} onLine={onLine} />
      {findings.length > limit && <Button size="small" onClick={() => setLimit(limit + pageLength)}>{say("history.more", { count: Math.min(pageLength, findings.length - limit) })}</Button>}
    </section>
  );
}

function Result({ checked }: { readonly checked: Checked }) {
  const say = useSay();
  const { files, findings } = checked;
  const [first] = findings;
  const [shownName, setShownName] = useState(() => first?.file ?? files[0]?.name ?? "");
  const [chosen, setChosen] = useState<SiteFinding | null>(null);
  const groups = useMemo(() => [...groupFindings(findings, "file")], [findings]);
  const inShown = useMemo(() => findings.filter(({ file }) => file === shownName), [findings, shownName]);
  const shown = files.find(({ name }) => name === shownName);
  const toLine = (finding: SiteFinding) => {
    setShownName(finding.file);
    setChosen(finding);
  };
  const counted = (name: string): number => groups.find(([file]) => file === name)?.[1].length ?? 0;
  return (
    <>
      <Verdict checked={checked} />
      <div className={findings.length > 0 ? "lint-panes" : undefined}>
        {findings.length > 0 && (
          <section className="card lint-findings" aria-label={say("lint.findings")}>
            {groups.map(([file, those]) => <FindingGroup key={file} file={file} findings={those} chosen={chosen} onLine={toLine} />)}
          </section>
        )}
        <section className="card lint-source" aria-label={say("lint.text")}>
          {files.length > 1
            ? (
              <Field label={say("lint.file")}>
                <Select value={shownName} onChange={(_, { value }) => { setShownName(value); setChosen(null); }}>
                  {files.map(({ name }) => <option key={name} value={name}>{counted(name) > 0 ? say("lint.file.option", { file: name, count: counted(name) }) : name}</option>)}
                </Select>
              </Field>
            ) : <h3 className="mono break">{shownName}</h3>}
          {shown?.text === undefined || shown.text === null ? <p className="dim">{say("lint.binary")}</p> : <SourceView key={shownName} name={shownName} text={shown.text} findings={inShown} chosen={chosen} />}
        </section>
      </div>
      <span className="visually-hidden" role="status">{chosen && say("lint.gone", { line: chosen.line, file: chosen.file })}</span>
    </>
  );
}

export function LintPage() {
  const say = useSay();
  const host = useHost();
  const { act, run, reset } = useAct<Checked>();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [mistake, setMistake] = useState<Mistake | null>(null);
  const [turn, setTurn] = useState(0);

  const take = (chosen: readonly File[]) => {
    // Certificates that come later go to the configuration that is there already.
    const onlyMaterials = chosen.every(({ name }) => isMaterial(name));
    const all = onlyMaterials ? [...files.filter(({ name }) => !chosen.some((each) => each.name === name)), ...chosen] : chosen;
    const wrong: Mistake | null = all.length > filesLimit ? "many" : all.every(({ name }) => isMaterial(name)) ? "none" : null;
    setMistake(wrong);
    if (wrong !== null) return;
    setFiles(all);
    setTurn(turn + 1);
    void run(() => check(host, all));
  };
  const pasted = useEffectEvent((event: ClipboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
    const given = [...event.clipboardData?.files ?? []];
    const text = event.clipboardData?.getData("text") ?? "";
    if (given.length > 0) take(given);
    else if (text.trim() !== "") take([new File([text], pastedName)]);
  });
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => pasted(event);
    window.addEventListener("paste", onPaste);
    return () => window.removeEventListener("paste", onPaste);
  }, []);
  const begin = () => {
    reset();
    setFiles([]);
    setMistake(null);
  };
  const isFirst = act.state === "idle";
  // The button that was pressed is gone: the focus goes to the one in its place.
  const first = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (turn > 0 && document.activeElement === document.body) first.current?.querySelector("button")?.focus();
  }, [isFirst, turn]);
  return (
    <Section name="lint">
      <DropTarget label={say("lint.input")} accept="" onFiles={take}>{(choose) => (
        <div className="stack lint" ref={first}>
          {isFirst
            ? <DropZone title={say("lint.drop")} hint={say("lint.drop.hint")} missing={mistake !== null} onChoose={choose} />
            : (
              <div className="row">
                <Button icon={<OpenFileIcon />} onClick={choose}>{say("lint.others")}</Button>
                <Button appearance="subtle" onClick={begin}>{say("lint.begin")}</Button>
                {act.state === "running" && <Spinner size="tiny" label={say("lint.checking")} />}
              </div>
            )}
          {mistake !== null && <Notice intent="error" announce title={mistake === "many" ? say("lint.many", { limit: filesLimit }) : say("lint.none")} />}
          {act.state === "failed" && <ErrorNotice error={act.error} />}
          {act.state === "done" && <Result key={turn} checked={act.value} />}
        </div>
      )}</DropTarget>
    </Section>
  );
}
