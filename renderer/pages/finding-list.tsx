// Findings, the gravest first, each with its severity in a word, an icon and a colour.
import type { Finding } from "../../app/finding.ts";
import { useSay } from "../messages/language.tsx";
import { IntentIcon } from "../ui/index.ts";
import { byGravity } from "./finding-order.ts";

export function FindingList({ findings, label }: { readonly findings: readonly Finding[]; readonly label: string }) {
  const say = useSay();
  if (findings.length === 0) return null;
  return (
    <ul className="findings" aria-label={label}>
      {findings.toSorted(byGravity).map((finding, index) => (
        <li key={`${finding.code} ${index}`}>
          <IntentIcon intent={finding.severity} />
          <div>
            <span className="visually-hidden">{say(`severity.${finding.severity}`)}: </span>
            <span>{finding.message}</span>
            {finding.hint !== "" && <div className="dim">{finding.hint}</div>}
          </div>
          <span className="mono dim code-name">{finding.code}</span>
        </li>
      ))}
    </ul>
  );
}
