// The rows of the list of certificates.
import { memo } from "react";
import { useLanguage } from "../../messages/language.tsx";
import { formatDay } from "../../messages/moment.ts";
import { addressOf } from "../../shell/route.ts";
import { KeySmallIcon, NoneSmallIcon } from "../../ui/index.ts";
import type { GridRow } from "../row-grid.tsx";
import { keyName } from "./certificate-card.tsx";
import type { Entry } from "./certificate-list.ts";
import { commonName } from "./days-left.ts";
import { DaysLeftLabel } from "./days-left-label.tsx";

export const CertificateRow = memo(function CertificateRow({ entry, index, start, active }: GridRow<Entry>) {
  const { say, tag } = useLanguage();
  const { certificate, name } = entry;
  const issuer = certificate.issuer === certificate.subject ? say("certificates.issuedByItself") : say("certificates.issuedBy", { issuer: commonName(certificate.issuer) });
  return (
    <div role="row" aria-rowindex={index + 2} className="grid-row" style={{ transform: `translateY(${start}px)` }}>
      <div role="rowheader" className="grid-name">
        <a href={addressOf({ page: "certificate", store: certificate.store, thumbprint: certificate.thumbprint })} tabIndex={active ? 0 : -1} data-index={index} title={name}>{name}</a>
        <div className="dim ellipsis" title={certificate.issuer}>{issuer}</div>
      </div>
      <div role="gridcell" className="grid-ending"><div>{formatDay(certificate.notAfter, tag)}</div><DaysLeftLabel certificate={certificate} /></div>
      <div role="gridcell">{keyName(certificate.keyType)}</div>
      <div role="gridcell">
        {certificate.hasPrivateKey
          ? <span className="with-icon"><KeySmallIcon />{say("certificates.hasKey")}</span>
          : <span className="with-icon dim"><NoneSmallIcon />{say("certificates.noKey")}</span>}
      </div>
      <div role="gridcell">{say(`store.${certificate.store}`)}</div>
    </div>
  );
});
