// A record in the list: its endpoint and kind, the certificate that it gives, whose it is, and what is set on it.
import { memo } from "react";
import type { Binding } from "../../../app/http-sys/binding.ts";
import { useSay } from "../../messages/language.tsx";
import { addressOf } from "../../shell/route.ts";
import { WarningSmallIcon } from "../../ui/index.ts";
import { nameOf, type StoredCertificate } from "../certificate/certificate-list.ts";
import { DaysLeftLabel } from "../certificate/days-left-label.tsx";
import type { GridRow } from "../row-grid.tsx";
import { shortThumbprint, type Entry } from "./binding-list.ts";
import { SettingBadges } from "./setting-badges.tsx";

/** `missing` says that no store has it; `active`, whether the Tab key leads to its link. */
function BoundCertificate({ thumbprint, certificate, missing, active }: {
  readonly thumbprint: Binding["thumbprint"]; readonly certificate: StoredCertificate | null; readonly missing: boolean; readonly active: boolean;
}) {
  const say = useSay();
  if (thumbprint === null) return <span className="dim">{say("bound.central")}</span>;
  if (!certificate) {
    return (
      <>
        <div className="mono" title={thumbprint}>{shortThumbprint(thumbprint)}</div>
        {missing && <span className="with-icon tone-warning"><WarningSmallIcon className="tone-warning" />{say("bound.notStored")}</span>}
      </>
    );
  }
  return (
    <>
      <a className="grid-link ellipsis" tabIndex={active ? 0 : -1} title={nameOf(certificate)} href={addressOf({ page: "certificate", store: certificate.store, thumbprint: certificate.thumbprint })}>{nameOf(certificate)}</a>
      <div><DaysLeftLabel certificate={certificate} /></div>
    </>
  );
}

export const BindingRow = memo(function BindingRow({ entry, index, start, active }: GridRow<Entry>) {
  const say = useSay();
  const { binding, certificate, missing, flags, application } = entry;
  return (
    <div role="row" aria-rowindex={index + 2} className="grid-row" style={{ transform: `translateY(${start}px)` }}>
      <div role="rowheader" className="grid-name">
        <a className="mono" href={addressOf({ page: "binding", endpoint: binding.endpoint })} tabIndex={active ? 0 : -1} data-index={index} title={binding.endpoint}>{binding.endpoint}</a>
        <div className="dim">{say(`family.${binding.family}`)}</div>
      </div>
      <div role="gridcell" className="grid-bound"><BoundCertificate thumbprint={binding.thumbprint} certificate={certificate} missing={missing} active={active} /></div>
      <div role="gridcell" className={binding.application === null ? "mono" : undefined} title={application}>{application}</div>
      <div role="gridcell">{binding.store}</div>
      <div role="gridcell" className="grid-settings">{flags.length === 0 ? <span className="dim">{say("bound.settings.default")}</span> : <SettingBadges flags={flags} />}</div>
    </div>
  );
});
