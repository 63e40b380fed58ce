// What a certificate file holds: subject, names, issuer, validity, key, private key, chain, thumbprint.
import type { ReactNode } from "react";
import type { Certificate, Inspection } from "../../../app/certificates/certificate.ts";
import { useLanguage } from "../../messages/language.tsx";
import { formatDay } from "../../messages/moment.ts";
import { CertificateLargeIcon, ErrorSmallIcon, ForwardIcon, SuccessSmallIcon } from "../../ui/index.ts";
import { commonName } from "./days-left.ts";
import { DaysLeftLabel } from "./days-left-label.tsx";
import { Thumbprint } from "./thumbprint.tsx";

const keyNames: Readonly<Record<string, string>> = { "ec:p256": "EC P-256", "ec:p384": "EC P-384", "ec:p521": "EC P-521", "ed25519": "Ed25519", "ed448": "Ed448" };

/** "rsa:2048" as it is said: "RSA, 2048 bits". */
export const keyName = (keyType: string): string => keyNames[keyType] ?? keyType.replace(/^rsa(-pss)?:(\d+)$/, (_, pss: string | undefined, bits: string) => `RSA${pss === undefined ? "" : "-PSS"} ${bits}`);

/** The certificate of a file that is to be served: the head of its chain. */
export function leafOf(inspection: Inspection): Certificate | undefined {
  return inspection.certificates.find(({ thumbprint }) => thumbprint === inspection.chain[0]) ?? inspection.certificates.find(({ role }) => role === "leaf");
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return <div className="fact"><dt>{name}</dt><dd>{children}</dd></div>;
}

function PrivateKey({ inspection, leaf, keyText }: { readonly inspection: Inspection; readonly leaf: Certificate; readonly keyText: string | undefined }) {
  const { say } = useLanguage();
  if (inspection.privateKeys.some(({ matches }) => matches === leaf.thumbprint)) {
    return <span className="with-icon"><SuccessSmallIcon className="tone-success" />{say("certificate.privateKey.fits")}</span>;
  }
  if (keyText !== undefined) return keyText;
  const key = inspection.privateKeys.length === 0 ? "certificate.privateKey.missing" : "certificate.privateKey.other";
  return <span className="with-icon tone-error"><ErrorSmallIcon className="tone-error" />{say(key)}</span>;
}

/** `keyText` is said of the private key where the files are not expected to hold it. Without `fileNames` there is no file. */
export function CertificateCard({ inspection, fileNames, keyText, actions }: {
  readonly inspection: Inspection; readonly fileNames: readonly string[] | null; readonly keyText?: string | undefined; readonly actions?: ReactNode;
}) {
  const { say, tag } = useLanguage();
  const leaf = leafOf(inspection);
  if (!leaf) return null;
  const links = inspection.chain.flatMap((thumbprint) => inspection.certificates.filter((each) => each.thumbprint === thumbprint));
  return (
    <section className="card certificate" aria-label={commonName(leaf.subject)}>
      <header className="certificate-head">
        <CertificateLargeIcon className="accent" />
        <div className="grow">
          <h3>{commonName(leaf.subject)}</h3>
          <div className="dim break">{leaf.subject}</div>
        </div>
        {actions}
      </header>
      <dl className="facts">
        <Fact name={say("certificate.names")}>{leaf.names.length === 0 ? say("certificate.noNames") : leaf.names.join(", ")}</Fact>
        <Fact name={say("certificate.issuer")}>{leaf.issuer === leaf.subject ? say("certificate.selfIssued") : leaf.issuer}</Fact>
        <Fact name={say("certificate.validity")}>
          <span className="spaced">{say("certificate.validityText", { from: formatDay(leaf.notBefore, tag), to: formatDay(leaf.notAfter, tag) })} <DaysLeftLabel certificate={leaf} /></span>
        </Fact>
        <Fact name={say("certificate.key")}>{keyName(leaf.keyType)}</Fact>
        <Fact name={say("certificate.privateKey")}><PrivateKey inspection={inspection} leaf={leaf} keyText={keyText} /></Fact>
        <Fact name={say("certificate.chain")}>
          <ol className="chain">
            {links.map((link, index) => (
              <li key={link.thumbprint}>
                {index > 0 && <ForwardIcon className="dim" aria-hidden="true" />}
                <span>{commonName(link.subject)} <span className="dim">{say(`certificate.role.${link.role}`)}</span></span>
              </li>
            ))}
          </ol>
        </Fact>
        <Fact name={say("certificate.thumbprint")}><Thumbprint value={leaf.thumbprint} /></Fact>
        {fileNames && (
          <Fact name={say("certificate.file")}>
            <span className="break">{fileNames.join(", ")}</span>
            <div className="dim">{inspection.encryption === null ? say("certificate.clear") : say("certificate.protection", { encryption: inspection.encryption })}</div>
          </Fact>
        )}
      </dl>
    </section>
  );
}
