// A diagnosis: the verdict first, then its cause, what follows from it, and what could be read out of the signature.
import type { Diagnosis, Mistake } from "../../../app/cws/cws-view.ts";
import { useSay } from "../../messages/language.tsx";
import { ErrorSmallIcon, IntentIcon, SuccessSmallIcon } from "../../ui/index.ts";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { Fact } from "../instance/fact.tsx";

function MistakeText({ mistake: { evidence, mend, code } }: { readonly mistake: Mistake }) {
  const say = useSay();
  return (
    <>
      {evidence !== "" && <p className="dim">{say("diagnosis.evidence")} {evidence}</p>}
      {mend !== "" && <p><span className="strong">{say("diagnosis.mend")}</span> {mend}</p>}
      <p className="mono dim small">{code}</p>
    </>
  );
}

function Opened({ opened, valid }: { readonly opened: NonNullable<Diagnosis["opened"]>; readonly valid: boolean }) {
  const say = useSay();
  const { by, hash, signedDigest, expectedDigest } = opened;
  const same = signedDigest !== null && signedDigest === expectedDigest;
  return (
    <section className="card" aria-label={say("diagnosis.opened")}>
      <h4 className="opened-title">{say("diagnosis.opened")}</h4>
      <dl className="facts">
        <Fact name={say("diagnosis.by")}>{by ?? say("diagnosis.by.given")}</Fact>
        <Fact name={say("diagnosis.hash")}>{hash ?? say("diagnosis.unknown")}</Fact>
        {signedDigest !== null && <Fact name={say("diagnosis.signed")}><Thumbprint value={signedDigest} what={say("diagnosis.signed.what")} /></Fact>}
        {expectedDigest !== null && (
          <Fact name={say("diagnosis.expected")}>
            {same ? <span className="with-icon"><SuccessSmallIcon className="tone-success" />{say("diagnosis.same")}</span> : (
              <>
                <Thumbprint value={expectedDigest} what={say("diagnosis.expected.what")} />
                {signedDigest !== null && !valid && <div className="with-icon tone-error"><ErrorSmallIcon />{say("diagnosis.different")}</div>}
              </>
            )}
          </Fact>
        )}
      </dl>
    </section>
  );
}

export function DiagnosisView({ diagnosis: { valid, user, algorithm, findings, opened } }: { readonly diagnosis: Diagnosis }) {
  const say = useSay();
  const [cause, ...consequences] = findings;
  return (
    <div className="diagnosis">
      <section className={`card verdict ${valid ? "verdict-valid" : "verdict-invalid"}`}>
        <div className="verdict-title"><IntentIcon intent={valid ? "success" : "error"} /><h3>{valid ? say("diagnosis.valid") : cause ? say("diagnosis.invalid.cause", { cause: cause.message }) : say("diagnosis.invalid")}</h3></div>
        {valid && <p>{say("diagnosis.valid.means", { user: opened?.by ?? user ?? say("diagnosis.by.given"), algorithm: algorithm ?? opened?.hash ?? "" })}</p>}
        {cause && <MistakeText mistake={cause} />}
      </section>
      {consequences.length > 0 && (
        <section className="card" aria-label={say("diagnosis.also")}>
          <h4 className="opened-title">{say("diagnosis.also")}</h4>
          <ul className="consequences">
            {consequences.map((mistake, index) => <li key={`${mistake.code} ${index}`}><p className="strong">{mistake.message}</p><MistakeText mistake={mistake} /></li>)}
          </ul>
        </section>
      )}
      {opened && <Opened opened={opened} valid={valid} />}
    </div>
  );
}
