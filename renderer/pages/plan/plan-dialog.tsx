// Any change that is asked for on a page: planned, reviewed with every step and command, done, and proven or put back.
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import type { Applied, PlanView } from "../../../app/contract.ts";
import type { Host } from "../../../app/host.ts";
import { useAct, useLoaded, useSession, type Act } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { goTo } from "../../shell/route.ts";
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Notice, ShieldIcon } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { WhenGone } from "../when-gone.tsx";
import { groupOperations } from "./operation-groups.ts";
import { OperationList } from "./operation-list.tsx";
import { StepProgress } from "./step-progress.tsx";
import type { Steps } from "./steps.ts";
import { useSteps } from "./use-steps.ts";
import { VerifiedTable } from "./verified-table.tsx";

/** What is asked for: how it is planned, and what is said of it before, during and after. */
export interface PlanRequest {
  readonly plan: (host: Host) => Promise<PlanView>;
  /** The question: "Restart sdb-www-default?" */
  readonly title: string;
  /** What must be known before the steps are read. */
  readonly lead?: string;
  /** On the button: the act itself. */
  readonly commit: string;
  readonly running: string;
  readonly done: string;
  readonly failed: string;
  /** What is offered where a service did not stop in time; it is planned and reviewed like all else. */
  readonly whenHanging?: { readonly offer: string; readonly means: string; readonly request: PlanRequest };
}

const noOperations: PlanView["operations"] = [];

function Review({ plan, lead }: { readonly plan: PlanView; readonly lead: string | undefined }) {
  const say = useSay();
  if (plan.outcome === "unchanged") {
    return (
      <>
        <Notice intent="success" title={say("planDialog.unchanged")} announce />
        {plan.verified.length > 0 && <VerifiedTable verified={plan.verified} planned={plan.certificate?.thumbprint ?? null} label={say("proof.served")} />}
        <FindingList findings={plan.findings} label={say("review.findings")} />
      </>
    );
  }
  return (
    <>
      {lead !== undefined && <p>{lead}</p>}
      <p className="dim">{say("review.lead", { count: groupOperations(plan.operations).length })} {say("review.promise")}</p>
      <FindingList findings={plan.findings} label={say("review.findings")} />
      <OperationList operations={plan.operations} label={say("review.steps")} evidence />
    </>
  );
}

function Outcome({ request, plan, act, steps, cancelling, elevates }: {
  readonly request: PlanRequest; readonly plan: PlanView; readonly act: Act<Applied>; readonly steps: Steps; readonly cancelling: boolean; readonly elevates: boolean;
}) {
  const say = useSay();
  switch (act.state) {
    case "idle": return <Review plan={plan} lead={request.lead} />;
    case "running": return <StepProgress operations={plan.operations} steps={steps} cancelling={cancelling} elevates={elevates} />;
    case "failed": return act.error.code === "plan-cancelled" && act.error.aftermath !== "not-put-back"
      ? <Notice intent="information" announce title={say(act.error.aftermath === "put-back" ? "error.putBack" : "error.untouched")} />
      : (
        <>
          <ErrorNotice error={act.error} afterAct />
          {request.whenHanging && act.error.code === "service-will-not-stop" && <p>{request.whenHanging.means}</p>}
          <OperationList operations={plan.operations} label={say("proof.steps")} states={steps.states} evidence={false} />
        </>
      );
    case "done": return (
      <>
        <Notice intent="success" title={act.value.verified.length > 0 ? say("planDialog.proven", { count: act.value.verified.length }) : say("planDialog.done")} announce />
        {act.value.verified.length > 0 && <VerifiedTable verified={act.value.verified} planned={plan.certificate?.thumbprint ?? null} label={say("proof.served")} />}
        <FindingList findings={act.value.findings} label={say("review.findings")} />
      </>
    );
  }
}

function PlanDialog({ asked, elevates, open, onClose }: { readonly asked: PlanRequest; readonly elevates: boolean; readonly open: boolean; readonly onClose: () => void }) {
  const say = useSay();
  const { host, refresh } = useSession();
  /** What is planned now; a new object is planned anew. */
  const [current, setCurrent] = useState({ request: asked });
  const [cancelling, setCancelling] = useState(false);
  const { act, run, reset } = useAct<Applied>();
  const read = useCallback((from: Host) => current.request.plan(from), [current]);
  const loaded = useLoaded(read, true);
  const plan = loaded.state === "ready" ? loaded.value : null;
  const steps = useSteps(plan?.planId ?? "", plan?.operations ?? noOperations);
  const { request } = current;
  const running = act.state === "running";
  const asking = act.state === "idle" && plan !== null && plan.outcome === "planned";
  const hangs = act.state === "failed" && act.error.code === "service-will-not-stop" ? request.whenHanging : undefined;

  // The button that was pressed is gone with every turn: the focus goes to what took its place.
  const content = useRef<HTMLDivElement>(null);
  const turn = useRef<unknown>(null);
  useEffect(() => {
    const now = `${act.state} ${loaded.state}`;
    if (turn.current !== null && turn.current !== now) content.current?.focus({ preventScroll: true });
    turn.current = now;
  }, [act.state, loaded.state]);

  const planAnew = (next: PlanRequest) => {
    reset();
    setCancelling(false);
    setCurrent({ request: next });
  };
  const apply = (planId: string) => void run(() => host.plan.apply({ planId })).then(refresh);
  const cancel = (planId: string) => {
    setCancelling(true);
    host.plan.cancel({ planId }).catch(() => setCancelling(false));
  };

  const record = useRef<string | null>(null);
  const leave = useCallback(() => {
    const id = record.current;
    if (id !== null) window.setTimeout(() => goTo({ page: "record", id }));
  }, []);

  const title = act.state === "idle" ? request.title : act.state === "running" ? request.running : act.state === "done" ? request.done
    : act.error.code === "plan-cancelled" ? say("proof.cancelled.title") : request.failed;
  return (
    <Dialog open={open} modalType={running ? "alert" : "modal"} onOpenChange={() => { if (!running) onClose(); }}>
      <DialogSurface className="plan-dialog">
        <WhenGone tell={leave} />
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className="dialog-content" tabIndex={0}>
            <div ref={content} className="dialog-turn" tabIndex={-1}>
              {loaded.state === "failed" ? <ErrorNotice error={loaded.error} />
                : <LoadedView loaded={loaded}>{(made) => <Outcome request={request} plan={made} act={act} steps={steps} cancelling={cancelling} elevates={elevates} />}</LoadedView>}
            </div>
          </DialogContent>
          <DialogActions>
            {elevates && <span id="elevates-plan" className="visually-hidden">{say("app.elevates")}</span>}
            {asking && (
              <Button appearance="primary" {...(elevates && { "icon": <ShieldIcon />, "aria-describedby": "elevates-plan" })} onClick={() => apply(plan.planId)}>{request.commit}</Button>
            )}
            {running && plan && <Button onClick={() => cancel(plan.planId)} disabledFocusable={cancelling}>{say("app.cancel")}</Button>}
            {act.state === "failed" && (hangs
              ? <Button appearance="primary" onClick={() => planAnew(hangs.request)}>{hangs.offer}</Button>
              : <Button appearance="primary" onClick={() => planAnew(request)}>{say("planDialog.again")}</Button>)}
            {(act.state === "failed" || act.state === "done") && plan && (
              <Button onClick={() => { record.current = plan.planId; onClose(); }}>{say("proof.toHistory")}</Button>
            )}
            {!running && <Button onClick={onClose}>{say(asking ? "app.cancel" : "app.close")}</Button>}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/**
 * The dialog, and the function that opens it anew. It stays in the page while it closes, since only then it gives the
 * focus back to the button that asked; that button needs `useRestoreFocusTarget`.
 */
export function usePlanDialog(elevates: boolean): { readonly ask: (request: PlanRequest) => void; readonly dialog: ReactNode } {
  const [asked, setAsked] = useState<{ readonly request: PlanRequest; readonly open: boolean; readonly turn: number } | null>(null);
  const ask = useCallback((request: PlanRequest) => setAsked((before) => ({ request, open: true, turn: (before?.turn ?? 0) + 1 })), []);
  const close = () => setAsked((before) => before && { ...before, open: false });
  return { ask, dialog: asked && <PlanDialog key={asked.turn} asked={asked.request} elevates={elevates} open={asked.open} onClose={close} /> };
}
