// The certificate that is to go: chosen among those that are bound, or told, with all that uses it.
import { useCallback, useMemo } from "react";
import type { Host } from "../../../app/host.ts";
import { useLoaded } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { Field, Select } from "../../ui/index.ts";
import { loadBindings, type Bound } from "../binding/bound.ts";
import { nameOf, type StoredCertificate } from "../certificate/certificate-list.ts";
import { DaysLeftLabel } from "../certificate/days-left-label.tsx";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { UseList } from "../certificate/use-list.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { replaceable } from "./replaceable.ts";

/** `chosen` is a thumbprint, null for none yet. */
function OldPicker({ bound, chosen, mistake, onChoose }: { readonly bound: Bound; readonly chosen: string | null; readonly mistake: string | null; readonly onChoose: (thumbprint: string | null) => void }) {
  const { say, tag } = useLanguage();
  const offered = useMemo(() => replaceable(bound, tag), [bound, tag]);
  return (
    <Field label={say("replace.old")} {...(mistake !== null && { validationState: "error" as const, validationMessage: mistake })}>
      <Select value={chosen ?? ""} onChange={(_, { value }) => onChoose(value === "" ? null : value)}>
        <option value="">{say(offered.length === 0 ? "replace.old.none" : "replace.old.choose")}</option>
        {offered.map(({ thumbprint, name, count }) => <option key={thumbprint} value={thumbprint}>{say("replace.old.option", { name, count })}</option>)}
      </Select>
    </Field>
  );
}

function OldFacts({ thumbprint, certificate }: { readonly thumbprint: string; readonly certificate: StoredCertificate | null }) {
  const say = useSay();
  const read = useCallback((host: Host) => host.certificate.whereUsed({ thumbprint }), [thumbprint]);
  const uses = useLoaded(read, true);
  return (
    <div className="bound-certificate">
      {certificate && <div className="spaced"><span className="strong break">{nameOf(certificate)}</span><DaysLeftLabel certificate={certificate} /></div>}
      <Thumbprint value={thumbprint} />
      <LoadedView loaded={uses}>{(those) => (those.length === 0 ? <p className="dim">{say("stored.uses.none")}</p> : <UseList uses={those} label={say("stored.uses")} />)}</LoadedView>
    </div>
  );
}

/** With `onChoose`, another can be chosen. */
export function OldCertificate({ thumbprint, mistake, onChoose }: { readonly thumbprint: string | null; readonly mistake: string | null; readonly onChoose?: (thumbprint: string | null) => void }) {
  const say = useSay();
  const loaded = useLoaded(loadBindings, true);
  return (
    <section className="card old-certificate" aria-labelledby="old-title">
      <h3 id="old-title">{say("replace.old")}</h3>
      <LoadedView loaded={loaded}>{(bound) => (
        <>
          {onChoose && <OldPicker bound={bound} chosen={thumbprint} mistake={mistake} onChoose={onChoose} />}
          {thumbprint !== null && <OldFacts thumbprint={thumbprint} certificate={bound.certificates?.find((each) => each.thumbprint === thumbprint) ?? null} />}
        </>
      )}</LoadedView>
    </section>
  );
}
