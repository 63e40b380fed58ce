// The chain of a certificate as a picture: the root on top, a line from each issuer down to what it issued.
import type { Certificate } from "../../../app/certificates/certificate.ts";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatDay } from "../../messages/moment.ts";
import { CertificateIcon, WarningSmallIcon } from "../../ui/index.ts";
import { missingIssuer, nameOf } from "./certificate-list.ts";
import { commonName } from "./days-left.ts";
import { DaysLeftLabel } from "./days-left-label.tsx";

function Link({ certificate, own }: { readonly certificate: Certificate; readonly own: boolean }) {
  const { say, tag } = useLanguage();
  return (
    <li className={own ? "link own" : "link"}>
      <CertificateIcon className={own ? "accent" : "dim"} aria-hidden="true" />
      <div className="grow">
        <div className="break"><span className="strong">{nameOf(certificate)}</span>{own && <span className="dim"> – {say("stored.chain.this")}</span>}</div>
        <div className="dim spaced"><span>{say(`certificate.role.${certificate.role}`)}</span><span>{say("stored.chain.until", { date: formatDay(certificate.notAfter, tag) })}</span></div>
        <DaysLeftLabel certificate={certificate} />
      </div>
    </li>
  );
}

function MissingLink({ issuer }: { readonly issuer: string }) {
  const say = useSay();
  return (
    <li className="link missing">
      <WarningSmallIcon className="tone-warning" />
      <div className="grow">
        <div className="break strong" title={issuer}>{commonName(issuer)}</div>
        <div className="tone-warning">{say("stored.chain.missing")}</div>
      </div>
    </li>
  );
}

/** Takes the certificate first, then each issuer, as the stores hold them. */
export function ChainPicture({ chain }: { readonly chain: readonly Certificate[] }) {
  const say = useSay();
  const missing = missingIssuer(chain);
  return (
    <ol className="chain-picture" aria-label={say("stored.chain.hint")}>
      {missing !== null && <MissingLink issuer={missing} />}
      {chain.map((certificate, index) => <Link key={certificate.thumbprint} certificate={certificate} own={index === 0} />).toReversed()}
    </ol>
  );
}
