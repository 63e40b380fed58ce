// Findings about files of NGINX: each with its severity, its line, what is wrong and how it is mended.
import type { SiteFinding } from "../../../app/nginx/site.ts";
import { useSay } from "../../messages/language.tsx";
import { IntentIcon } from "../../ui/index.ts";

/** With `onLine`, a finding leads to its line. */
export function SiteFindings({ findings, label, chosen, onLine }: {
  readonly findings: readonly SiteFinding[]; readonly label: string; readonly chosen?: SiteFinding | null; readonly onLine?: (finding: SiteFinding) => void;
}) {
  const say = useSay();
  return (
    <ul className="findings site-findings" aria-label={label}>
      {findings.map((finding, index) => (
        <li key={`${finding.file} ${finding.line} ${finding.code} ${index}`} className={finding === chosen ? "chosen" : undefined}>
          <IntentIcon intent={finding.severity} />
          <div>
            <span className="visually-hidden">{say(`severity.${finding.severity}`)}: </span>
            <span>{finding.message}</span>
            {finding.mend !== "" && <div className="dim">{finding.mend}</div>}
            <div className="spaced small">
              {onLine
                ? <button type="button" className="line-link" aria-pressed={finding === chosen} onClick={() => onLine(finding)}>{say("lint.line", { line: finding.line })}</button>
                : <span className="dim">{say("lint.line", { line: finding.line })}</span>}
              <span className="mono dim code-name">{finding.code}</span>
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}
