// One record of HTTP.sys in full: the certificate that it gives, whose it is, every setting, and what can be done with it.
import { useMemo, useState } from "react";
import type { MachineDescription } from "../../../app/contract.ts";
import { problem } from "../../../app/errors.ts";
import type { Binding, Unsettable } from "../../../app/http-sys/binding.ts";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { addressOf, goTo } from "../../shell/route.ts";
import { Button, Checkbox, ConvertIcon, DeleteIcon, EditIcon, Notice, SearchIcon, useRestoreFocusTarget, WarningSmallIcon } from "../../ui/index.ts";
import { nameOf, type StoredCertificate } from "../certificate/certificate-list.ts";
import { DaysLeftLabel } from "../certificate/days-left-label.tsx";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { Fact } from "../instance/fact.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { Page } from "../page.tsx";
import { usePlanDialog } from "../plan/plan-dialog.tsx";
import { useBindingDialog } from "./binding-dialog.tsx";
import { certificateOf, indexCertificates, isForeign } from "./binding-list.ts";
import { loadBindings, targetOf, type Bound } from "./bound.ts";
import { allFlags, changedFlags } from "./flag-list.ts";
import { removeRequest } from "./requests.ts";
import { SettingList } from "./setting-badges.tsx";

function Above() {
  const say = useSay();
  return <a className="back-link" href={addressOf({ page: "bindings" })}>{say("section.name.bindings")}</a>;
}

/** Whose the record is, and the word without which it is left alone. `asked` says that something was pressed without it. */
function ForeignNotice({ owner, consent, asked, onConsent }: { readonly owner: string; readonly consent: boolean; readonly asked: boolean; readonly onConsent: (consent: boolean) => void }) {
  const say = useSay();
  return (
    // A new key lets the notice be read out again when a button was pressed in spite of it.
    <Notice key={String(asked)} intent={asked ? "error" : "warning"} announce={asked} title={asked ? say("binding.foreign.needed") : say("binding.foreign.title", { owner })}>
      <p>{asked ? say("binding.foreign.title", { owner }) : say("binding.foreign.hint")}</p>
      <Checkbox className="override" checked={consent} label={say("binding.foreign.consent")} onChange={(_, { checked }) => onConsent(checked === true)} />
    </Notice>
  );
}

const knownProperties = [0, 1] as const;

function UnsettableNotice({ unsettable }: { readonly unsettable: Unsettable }) {
  const say = useSay();
  const hexadecimal = (bits: number) => `0x${bits.toString(16).toUpperCase()}`;
  const parts = [
    ...unsettable.properties.map((id) => {
      const known = knownProperties.find((each) => each === id);
      return known === undefined ? say("unsettable.property", { id }) : say(`unsettable.property.${known}`);
    }),
    ...(unsettable.flags === 0 ? [] : [say("unsettable.flags", { bits: hexadecimal(unsettable.flags) })]),
    ...(unsettable.checkMode === 0 ? [] : [say("unsettable.checkMode", { bits: hexadecimal(unsettable.checkMode) })]),
  ];
  return (
    <Notice intent="warning" title={say("unsettable.title")}>
      <ul className="plain-list">{parts.map((part) => <li key={part}>{part}</li>)}</ul>
      <p>{say("unsettable.hint")}</p>
    </Notice>
  );
}

function CertificateCard({ binding, certificate, storesRead }: { readonly binding: Binding; readonly certificate: StoredCertificate | null; readonly storesRead: boolean }) {
  const say = useSay();
  return (
    <section className="card" aria-labelledby="certificate-title">
      <h2 id="certificate-title">{say("bound.column.certificate")}</h2>
      {binding.thumbprint === null ? <p className="dim">{say("binding.central")}</p> : (
        <div className="bound-certificate">
          {certificate ? (
            <div className="spaced"><a className="strong break" href={addressOf({ page: "certificate", store: certificate.store, thumbprint: certificate.thumbprint })}>{nameOf(certificate)}</a><DaysLeftLabel certificate={certificate} /></div>
          ) : storesRead && (
            <div><span className="with-icon tone-warning"><WarningSmallIcon className="tone-warning" />{say("binding.notStored")}</span><p className="dim">{say("binding.notStored.hint")}</p></div>
          )}
          <Thumbprint value={binding.thumbprint} />
        </div>
      )}
    </section>
  );
}

function RecordCard({ binding }: { readonly binding: Binding }) {
  const say = useSay();
  return (
    <section className="card" aria-labelledby="record-title">
      <h2 id="record-title">{say("binding.record")}</h2>
      <dl className="facts">
        <Fact name={say("binding.kind")}>{say(`family.${binding.family}`)} <span className="dim">{say(`family.${binding.family}.means`)}</span></Fact>
        <Fact name={say("bound.column.application")}>{binding.application !== null && <div>{binding.application}</div>}<span className="mono break">{binding.applicationId}</span></Fact>
        <Fact name={say("bound.column.store")}><span className="mono">{binding.store}</span></Fact>
      </dl>
    </section>
  );
}

function SettingsCard({ binding }: { readonly binding: Binding }) {
  const say = useSay();
  const changed = changedFlags(binding.flags);
  const names = new Set(changed.map(({ name }) => name));
  const others = allFlags(binding.flags).filter(({ name }) => !names.has(name));
  return (
    <section className="card" aria-labelledby="settings-title">
      <h2 id="settings-title">{say("bound.column.settings")}</h2>
      {changed.length === 0 ? <p className="dim">{say("binding.settings.none")}</p> : <SettingList flags={changed} />}
      <details className="evidence">
        <summary>{say(changed.length === 0 ? "binding.settings.all" : "binding.settings.others", { count: others.length })}</summary>
        <SettingList flags={others} />
      </details>
    </section>
  );
}

function RecordView({ binding, certificates, elevates }: { readonly binding: Binding; readonly certificates: Bound["certificates"]; readonly elevates: boolean }) {
  const say = useSay();
  const restoresFocus = useRestoreFocusTarget();
  const [consent, setConsent] = useState(false);
  const [asked, setAsked] = useState(false);
  const plan = usePlanDialog(elevates);
  const change = useBindingDialog(elevates, certificates ?? []);
  const certificate = useMemo(() => certificateOf(binding, indexCertificates(certificates ?? [])), [binding, certificates]);
  const foreign = isForeign(binding);
  const { endpoint, thumbprint } = binding;
  const allowed = (act: () => void) => () => {
    if (foreign && !consent) setAsked(true);
    else act();
  };
  return (
    <Page title={endpoint} above={<Above />} lead={say("binding.lead", { kind: say(`family.${binding.family}`), application: binding.application ?? say("binding.unknownApplication") })}>
      <div className="stack">
        {foreign && <ForeignNotice owner={binding.application ?? binding.applicationId} consent={consent} asked={asked} onConsent={(given) => { setConsent(given); setAsked(false); }} />}
        <div className="row">
          <Button {...restoresFocus} icon={<EditIcon />} onClick={allowed(() => change.ask({ binding, takeOver: consent }))}>{say("binding.action.change")}</Button>
          {thumbprint !== null && thumbprint.length === 40 && <Button icon={<ConvertIcon />} onClick={() => goTo({ page: "replace", thumbprint })}>{say("replace.action")}</Button>}
          <Button icon={<SearchIcon />} onClick={() => goTo({ page: "answers", target: targetOf(binding) })}>{say("binding.action.answers")}</Button>
          <Button {...restoresFocus} icon={<DeleteIcon />} onClick={allowed(() => plan.ask(removeRequest(say, endpoint, consent)))}>{say("stored.remove")}</Button>
        </div>
        {binding.unsettable && <UnsettableNotice unsettable={binding.unsettable} />}
        <CertificateCard binding={binding} certificate={certificate} storesRead={certificates !== null} />
        <SettingsCard binding={binding} />
        <RecordCard binding={binding} />
      </div>
      {change.dialog}
      {plan.dialog}
    </Page>
  );
}

/** Once shown, a record that was removed stays until the page is left, so that its dialog can say what came of it. */
export function BindingPage({ endpoint, machine }: { readonly endpoint: string; readonly machine: MachineDescription }) {
  const say = useSay();
  const loaded = useLoaded(loadBindings);
  const [shown, setShown] = useState<Bound | null>(null);
  const bound = loaded.state === "ready" ? loaded.value : loaded.state === "failed" ? loaded.last : null;
  const holds = (one: Bound | null) => one?.bindings.find((binding) => binding.endpoint === endpoint);
  const present = holds(bound);
  if (bound && present && bound !== shown) setShown(bound);
  const binding = present ?? holds(shown);
  if (binding) {
    return (
      <>
        <RecordView binding={binding} certificates={(bound ?? shown)?.certificates ?? null} elevates={machine.elevates} />
        {bound && !present && <p className="visually-hidden" role="status">{say("binding.gone")}</p>}
      </>
    );
  }
  if (!bound) return <><Above /><LoadedView loaded={loaded}>{() => null}</LoadedView></>;
  return (
    <Page title={endpoint} above={<Above />}>
      <ErrorNotice error={problem("not-found", { what: "binding", name: endpoint })} actions={<Button onClick={() => goTo({ page: "bindings" })}>{say("bound.none.all")}</Button>} />
    </Page>
  );
}
