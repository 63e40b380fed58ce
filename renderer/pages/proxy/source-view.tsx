// A file of any length by its lines: only those in sight are drawn; those with findings are marked, and can be gone to.
import { memo, useCallback, useEffect, useMemo, useRef } from "react";
import type { SiteFinding } from "../../../app/nginx/site.ts";
import { useSay } from "../../messages/language.tsx";
import { ErrorSmallIcon, InformationSmallIcon, WarningSmallIcon } from "../../ui/index.ts";
import { gravest } from "../finding-order.ts";
import { groupFindings, linesOf } from "./checked-files.ts";
import { NginxLine } from "./nginx-text.tsx";
import { useLineWindow } from "./use-line-window.ts";

/** In pixels, as in proxy.css. */
const lineHeight = 20;

const markIcons = {
  error: <ErrorSmallIcon className="tone-error" />, warning: <WarningSmallIcon className="tone-warning" />, information: <InformationSmallIcon className="tone-information" />,
} as const satisfies Record<SiteFinding["severity"], unknown>;

const Line = memo(function Line({ number, start, text, continues, severity, chosen, said }: {
  readonly number: number; readonly start: number; readonly text: string; readonly continues: boolean; readonly severity: SiteFinding["severity"] | null; readonly chosen: boolean; readonly said: string;
}) {
  return (
    <div className={`source-line${severity === null ? "" : ` marked-${severity}`}${chosen ? " chosen" : ""}`} style={{ transform: `translateY(${start}px)` }} title={said === "" ? undefined : said}>
      <span className="source-mark" aria-hidden="true">{severity !== null && markIcons[severity]}</span>
      <span className="line-number" aria-hidden="true">{number}</span>
      <span className="source-text"><NginxLine text={text} continues={continues} /></span>
      {said !== "" && <span className="visually-hidden"> {said}</span>}
    </div>
  );
});

/** `chosen` is the finding whose line is shown; a new object is gone to anew. */
export function SourceView({ name, text, findings, chosen }: { readonly name: string; readonly text: string; readonly findings: readonly SiteFinding[]; readonly chosen: SiteFinding | null }) {
  const say = useSay();
  const lines = useMemo(() => linesOf(text), [text]);
  const byLine = useMemo(() => groupFindings(findings, "line"), [findings]);
  const element = useRef<HTMLDivElement>(null);
  const { scroller, onScroll, from, to } = useLineWindow(lines.count, lineHeight);
  const setBox = useCallback((box: HTMLDivElement | null) => {
    element.current = box;
    scroller(box);
  }, [scroller]);
  useEffect(() => {
    const box = element.current;
    if (!box) return;
    // A third from the top, so that what leads to it is seen as well.
    box.scrollTo({ top: chosen === null ? 0 : Math.max(0, (chosen.line - 1) * lineHeight - box.clientHeight / 3), left: 0 });
    // In a narrow window it stands under the findings.
    if (chosen !== null) box.scrollIntoView({ block: "nearest" });
  }, [chosen, text]);
  const drawn = Array.from({ length: to - from }, (_, at) => from + at);
  const widest = Math.max(0, ...drawn.map((index) => lines.line(index).length));
  return (
    <div className="code source" role="group" aria-label={say("lint.source", { file: name })} tabIndex={0} ref={setBox} onScroll={onScroll}>
      <div className="source-body" style={{ blockSize: lines.count * lineHeight, minInlineSize: `${widest + 10}ch` }}>
        {drawn.map((index) => {
          const here = byLine.get(index + 1) ?? [];
          const finding = gravest(here);
          return (
            <Line key={index} number={index + 1} start={index * lineHeight} text={lines.line(index)} continues={lines.continues(index)} severity={finding?.severity ?? null} chosen={chosen?.line === index + 1}
              said={here.map((each) => `${say(`severity.${each.severity}`)}: ${each.message}`).join(" ")} />
          );
        })}
      </div>
    </div>
  );
}
