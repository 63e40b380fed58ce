// A site, new or changed: its form beside the file that comes of it; then the plan, its review, and the proof.
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import type { Applied, MachineDescription, PlanView } from "../../../app/contract.ts";
import { asLockstepError, problem, type LockstepError } from "../../../app/errors.ts";
import type { Host } from "../../../app/host.ts";
import type { ProxyState, PublishedSite } from "../../../app/nginx/site.ts";
import type { Instance } from "../../../app/santedb/instance.ts";
import { useAct, useHost, useLoaded, useSession } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { Button, Checkbox, Notice, SaveIcon, ShieldIcon, Spinner } from "../../ui/index.ts";
import { leafOf } from "../certificate/certificate-card.tsx";
import { useChosenCertificate } from "../certificate/use-chosen-certificate.ts";
import { ProofStep } from "../endpoint/proof-step.tsx";
import { ReviewStep } from "../endpoint/review-step.tsx";
import { overridable } from "../endpoint/secure-form.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { Heading, Page } from "../page.tsx";
import { useSteps } from "../plan/use-steps.ts";
import { Revealed } from "../revealed.tsx";
import { saveText } from "../save-file.ts";
import { WizardSteps } from "../wizard-steps.tsx";
import { CertificateFields } from "./certificate-fields.tsx";
import { NotPublishable } from "./nginx-card.tsx";
import { loadProxy } from "./proxy-state.ts";
import { RenderedPane } from "./rendered-pane.tsx";
import { nameOfSite } from "./requests.ts";
import { draftLeft, leaveDraft } from "./site-draft.ts";
import { faultText, mistakesOf, MoreFields, NameFields, PortFields } from "./site-fields.tsx";
import { clashes, emptyForm, entriesIn, faultsOf, fieldNames, formOfPublished, publishedOf, refusalOf, siteOf, type FieldName, type SiteForm } from "./site-form.ts";
import { AboveSite } from "./site-page.tsx";
import { useRenderedSite } from "./use-rendered-site.ts";

const steps = ["site", "review", "proof"] as const;
type Step = (typeof steps)[number];

const noOperations: PlanView["operations"] = [];
const noInstances: readonly Instance[] = [];

const loadInstances = (host: Host): Promise<readonly Instance[]> => host.instance.list({}).catch(() => []);

/** Those that are folded away. */
const rare: ReadonlySet<FieldName> = new Set(["listenOn", "upstreamHost", "authorities", "bodyMegabytes", "timeoutSeconds", "nginxVersion"]);

/** Gives the focus to what is typed in a field, once it is drawn. */
function focusField(name: FieldName): void {
  window.setTimeout(() => document.querySelector<HTMLElement>(`[data-field="${name}"] :is(input, textarea)`)?.focus());
}

/** A certificate's names that clients can ask for: host names and wildcards. */
const hostNames = (names: readonly string[]): readonly string[] => names.filter((name) => !/^[\d.]+$/.test(name) && !name.includes(":"));

function Publish({ state, site, machine }: { readonly state: ProxyState; readonly site: PublishedSite | null; readonly machine: MachineDescription }) {
  const say = useSay();
  const host = useHost();
  const { refresh } = useSession();
  const instances = useLoaded(loadInstances, true);
  const [step, setStep] = useState<Step>("site");
  const [form, setForm] = useState<SiteForm>(() => ({ ...(site ? formOfPublished(site) : draftLeft()), ...(state.reason !== null && { certificateBy: "paths" as const }) }));
  const [asked, setAsked] = useState(false);
  const [open, setOpen] = useState(false);
  const [planning, setPlanning] = useState(false);
  const [error, setError] = useState<LockstepError | null>(null);
  const [allowExpired, setAllowExpired] = useState(false);
  const [plan, setPlan] = useState<PlanView | null>(null);
  const [cancelling, setCancelling] = useState(false);
  const { act, run, reset } = useAct<Applied>();
  const progress = useSteps(plan?.planId ?? "", plan?.operations ?? noOperations);
  const attempt = useRef(0);
  useEffect(() => () => { attempt.current++; }, []);
  useEffect(() => { if (site === null) leaveDraft(form); }, [site, form]);

  const letGo = () => {
    attempt.current++;
    setError(null);
    setPlan(null);
    setPlanning(false);
  };
  const change = (part: Partial<SiteForm>) => {
    letGo();
    setForm((before) => ({ ...before, ...part }));
  };
  const chosen = useChosenCertificate({
    changed: letGo,
    inspected: (found) => setForm((before) => (before.names.trim() === "" ? { ...before, names: hostNames(leafOf(found)?.names ?? []).join("\n") } : before)),
  });

  const version = state.nginx?.version ?? null;
  const faults = faultsOf(form);
  const whole = Object.keys(faults).length === 0;
  const rendering = useRenderedSite(whole ? siteOf(form, version) : null);
  const refusal = rendering.error?.code === "input-invalid" ? refusalOf(rendering.error.message) : null;
  const mistakeOf = mistakesOf(faults, refusal, asked, say);
  const wants = fieldNames.flatMap((each) => (faults[each]?.kind === "missing" ? [faultText(each, faults[each], say)] : []));
  const wrong = typeof refusal?.field === "string" || Object.values(faults).some(({ kind }) => kind !== "missing");
  const planned = plan?.outcome === "planned";
  const beside = whole && site && rendering.rendered && rendering.rendered.fileName !== site.fileName ? (
    <Notice intent="warning" title={say("newSite.beside.title", { file: site.fileName })} announce={step === "site"}>
      <p>{say(clashes(form, site) ? "newSite.beside.first" : "newSite.beside.afterwards", { file: site.fileName })}</p>
    </Notice>
  ) : null;
  const [name = say("newSite.unnamed")] = entriesIn(form.names);

  const makePlan = async () => {
    const mine = ++attempt.current;
    const current = () => attempt.current === mine;
    setError(null);
    setPlanning(true);
    try {
      const certificate = form.certificateBy === "paths" ? undefined : await chosen.source();
      const allow = allowExpired || chosen.allowExpired;
      const made = await host.proxy.planPublish({ site: publishedOf(form, version), ...(certificate && { certificate }), ...(allow && { allowExpired: true }) });
      if (!current()) return;
      chosen.forget();
      reset();
      setPlan(made);
      setStep("review");
    } catch (thrown) {
      if (!current()) return;
      const failure = asLockstepError(thrown);
      setStep("site");
      if (!chosen.askAgain(failure)) setError(failure);
    }
    setPlanning(false);
  };

  /** Whether the form can be planned; if not, its first mistake is shown and has the focus. */
  const isSound = (): boolean => {
    setAsked(true);
    const first = fieldNames.find((each) => faults[each] !== undefined) ?? refusal?.field ?? null;
    if (first === null) return rendering.error === null;
    if (rare.has(first)) setOpen(true);
    focusField(first);
    return false;
  };
  const publish = () => {
    if (planning || !isSound()) return;
    const go = () => {
      if (plan && act.state === "idle") setStep("review");
      else void makePlan();
    };
    if (form.certificateBy === "paths") go();
    else chosen.leave(go);
  };
  const save = () => {
    if (isSound() && rendering.current && rendering.rendered) saveText(rendering.rendered.fileName, rendering.rendered.text);
  };
  const commit = (made: PlanView) => {
    setCancelling(false);
    setStep("proof");
    void run(async () => {
      const applied = await host.plan.apply({ planId: made.planId });
      leaveDraft(emptyForm);
      return applied;
    }).then(refresh);
  };
  const cancel = (made: PlanView) => {
    setCancelling(true);
    host.plan.cancel({ planId: made.planId }).catch(() => setCancelling(false));
  };
  const replaces = useCallback((fileName: string) => state.sites.some((each) => each.fileName === fileName), [state]);
  const close = () => goTo({ page: "proxy" });
  const startAnew = () => {
    letGo();
    setAsked(false);
    setForm(site ? formOfPublished(site) : emptyForm);
    chosen.takeStored("");
  };

  const shield = machine.elevates && { icon: <ShieldIcon />, "aria-describedby": "elevates" };
  const canPublish = state.reason === null;
  return (
    <>
      {canPublish && <WizardSteps titles={steps.map((each) => say(`newSite.step.${each}`))} current={steps.indexOf(step)} finished={act.state === "done"} />}
      <div className={`wizard-body${canPublish ? "" : " proxy-alone"}`}>
        {step === "site" && (
          <div className="stack proxy-editor">
            {canPublish && <Heading level={2}>{say(site ? "newSite.heading.change" : "newSite.heading")}</Heading>}
            {state.reason !== null && <NotPublishable reason={state.reason} />}
            {site && site.site === null && <Notice intent="warning" title={say("newSite.change.title")}><p>{say("newSite.change.hint")}</p></Notice>}
            <div className="proxy-panes">
              <div className="card site-form">
                <NameFields form={form} mistakeOf={mistakeOf} instances={instances.state === "ready" ? instances.value : noInstances} onChange={change} />
                <CertificateFields form={form} mistakeOf={mistakeOf} chosen={chosen} published={state.reason === null} onChange={change} />
                <PortFields form={form} mistakeOf={mistakeOf} onChange={change} />
                <MoreFields form={form} mistakeOf={mistakeOf} version={version} open={open} onOpen={setOpen} onChange={change} />
              </div>
              <RenderedPane rendering={rendering} wants={wants} wrong={wrong} replaces={replaces} beside={beside} planned={form.certificateBy !== "paths"} />
            </div>
            {planning && <Spinner size="tiny" className="start" label={say("form.planning")} />}
            {error && !planning && (
              <Revealed key={error.message}>
                <ErrorNotice error={error} />
                {overridable.some((code) => code === error.code) && (
                  <Checkbox className="override" checked={allowExpired} label={say(error.code === "certificate-expired" ? "secure.allowExpired" : "secure.allowNotYet")} onChange={(_, { checked }) => setAllowExpired(checked === true)} />
                )}
              </Revealed>
            )}
          </div>
        )}
        {step === "review" && plan && <div className="stack">{planned && beside}<ReviewStep plan={plan} /></div>}
        {step === "proof" && plan && (
          <ProofStep name={name} plan={plan} act={act} steps={progress} cancelling={cancelling} elevates={machine.elevates}
            texts={{ running: say("newSite.running", { name }), failed: say("newSite.failed", { name }), done: say("newSite.done", { name }), unchanged: say("newSite.unchanged", { name }) }} />
        )}
      </div>
      <footer className="wizard-foot">
        {step === "site" && <Button appearance="subtle" onClick={startAnew}>{say(site ? "newSite.again" : "newSite.clear")}</Button>}
        <span className="grow dim">{step === "review" && planned && say("review.promise")}</span>
        {machine.elevates && <span id="elevates" className="visually-hidden">{say("app.elevates")}</span>}
        {step === "site" && (
          <>
            {canPublish
              ? <Button appearance={chosen.question && !chosen.inspection ? "secondary" : "primary"} disabledFocusable={planning} onClick={publish}>{say("newSite.publish")}</Button>
              : <Button appearance="primary" icon={<SaveIcon />} onClick={save}>{say("newSite.save")}</Button>}
            <Button onClick={close}>{say("app.cancel")}</Button>
          </>
        )}
        {step === "review" && plan && (
          <>
            <Button onClick={() => setStep("site")}>{say("app.back")}</Button>
            {planned && <Button appearance="primary" {...shield} onClick={() => commit(plan)}>{say("newSite.commit", { name })}</Button>}
            <Button onClick={close}>{say(planned ? "app.cancel" : "app.close")}</Button>
          </>
        )}
        {step === "proof" && plan && (
          <>
            {act.state === "running" && <Button onClick={() => cancel(plan)} disabledFocusable={cancelling}>{say("app.cancel")}</Button>}
            {act.state === "failed" && <Button appearance="primary" onClick={() => void makePlan()}>{say("proof.toReview")}</Button>}
            {(act.state === "failed" || act.state === "done") && <Button onClick={() => goTo({ page: "record", id: plan.planId })}>{say("proof.toHistory")}</Button>}
            {(act.state === "failed" || act.state === "done") && <Button appearance={act.state === "done" ? "primary" : "secondary"} onClick={close}>{say("app.close")}</Button>}
          </>
        )}
      </footer>
    </>
  );
}

/** With the name of a site's file, that site is changed; null begins a new one. */
export function PublishPage({ fileName, machine }: { readonly fileName: string | null; readonly machine: MachineDescription }) {
  const say = useSay();
  const loaded = useLoaded(loadProxy, true);
  const site = loaded.state === "ready" && fileName !== null ? loaded.value.sites.find((each) => each.fileName === fileName) ?? null : null;
  const content = (state: ProxyState): ReactNode => (fileName !== null && site === null
    ? <ErrorNotice error={problem("not-found", { what: "site", name: fileName })} actions={<Button onClick={() => goTo({ page: "proxy" })}>{say("sites.none.all")}</Button>} />
    : <Publish state={state} site={site} machine={machine} />);
  return (
    <Page title={fileName === null ? say("newSite.title") : say("newSite.change", { name: site ? nameOfSite(site) : fileName })} above={<AboveSite />}>
      <LoadedView loaded={loaded}>{content}</LoadedView>
    </Page>
  );
}
