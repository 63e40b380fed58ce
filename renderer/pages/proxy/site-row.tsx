// A published site in the list: its names and file, its ports, where SanteDB is, how long its certificate holds, and how it stands.
import { memo } from "react";
import { useSay } from "../../messages/language.tsx";
import type { Say } from "../../messages/message.ts";
import { addressOf } from "../../shell/route.ts";
import { ErrorSmallIcon, NoneSmallIcon, SuccessSmallIcon, WarningSmallIcon } from "../../ui/index.ts";
import { DaysLeftLabel } from "../certificate/days-left-label.tsx";
import { commonName } from "../certificate/days-left.ts";
import type { GridRow } from "../row-grid.tsx";
import { nameOfSite } from "./requests.ts";
import type { Entry, Standing } from "./site-list.ts";

export function StandingLabel({ standing, text }: { readonly standing: Standing; readonly text: string }) {
  switch (standing) {
    case "error": return <span className="with-icon tone-error"><ErrorSmallIcon className="tone-error" />{text}</span>;
    case "warning": return <span className="with-icon tone-warning"><WarningSmallIcon className="tone-warning" />{text}</span>;
    case "off": return <span className="with-icon dim"><NoneSmallIcon />{text}</span>;
    case "good": return <span className="with-icon"><SuccessSmallIcon className="tone-success" />{text}</span>;
  }
}

function secondLine({ finding, standing }: Entry, count: number, say: Say): string {
  if (finding === null || (standing === "good" && finding.severity === "information")) return "";
  return count > 1 ? say("sites.findings.more", { message: finding.message, count: count - 1 }) : finding.message;
}

export const SiteRow = memo(function SiteRow({ entry, index, start, active }: GridRow<Entry>) {
  const say = useSay();
  const { site, standing } = entry;
  const { fileName, serverNames, port, redirectFrom, upstreams, certificate, findings } = site;
  const others = serverNames.length - 1;
  const told = secondLine(entry, findings.length, say);
  return (
    <div role="row" aria-rowindex={index + 2} className="grid-row" style={{ transform: `translateY(${start}px)` }}>
      <div role="rowheader" className="grid-name">
        <a href={addressOf({ page: "site", fileName })} tabIndex={active ? 0 : -1} data-index={index} title={serverNames.join(", ")}>{nameOfSite(site)}</a>
        <div className="dim ellipsis" title={fileName}>{others > 0 ? say("sites.otherNames", { count: others }) : fileName}</div>
      </div>
      <div role="gridcell" className="grid-two"><div>{port ?? "–"}</div><div className="dim">{redirectFrom !== null && say("sites.redirect", { port: String(redirectFrom) })}</div></div>
      <div role="gridcell" className="grid-two"><div className="mono ellipsis" title={upstreams.join(", ")}>{(upstreams[0] ?? "–").replace(/^http:\/\//, "")}</div><div className="dim">{upstreams.length > 1 && say("sites.otherUpstreams", { count: upstreams.length - 1 })}</div></div>
      <div role="gridcell" className="grid-two grid-ending">
        {certificate ? <><div className="ellipsis" title={certificate.subject}>{commonName(certificate.subject)}</div><DaysLeftLabel certificate={certificate} /></> : <span className="with-icon tone-error"><ErrorSmallIcon className="tone-error" />{say("sites.noCertificate")}</span>}
      </div>
      <div role="gridcell" className="grid-two grid-standing"><div><StandingLabel standing={standing} text={say(`sites.standing.${standing}`)} /></div><div className="dim ellipsis" title={told}>{told}</div></div>
    </div>
  );
});
