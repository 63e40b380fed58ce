// Asks before a certificate is taken out of its store, saying what uses it and what is lost; then shows it being done.
import { useCallback, useRef, useState, type ReactNode } from "react";
import type { StoredDetail } from "../../../app/certificates/certificate.ts";
import type { Applied, PlanView } from "../../../app/contract.ts";
import type { Host } from "../../../app/host.ts";
import { useAct, useHost, useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, Checkbox, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Notice, ShieldIcon } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { OperationList } from "../plan/operation-list.tsx";
import { StepProgress } from "../plan/step-progress.tsx";
import { useSteps } from "../plan/use-steps.ts";
import { WhenGone } from "../when-gone.tsx";
import { nameOf } from "./certificate-list.ts";
import type { Removal } from "./removal.ts";
import { UseList } from "./use-list.tsx";

const noOperations: PlanView["operations"] = [];

function Review({ plan }: { readonly plan: PlanView }) {
  const say = useSay();
  return (
    <>
      <FindingList findings={plan.findings} label={say("review.findings")} />
      <OperationList operations={plan.operations} label={say("review.steps")} evidence />
    </>
  );
}

/**
 * `onApplied` is to close it; `onRemoved` is called once it has closed, for only then the rest of the page is given back
 * to screen readers.
 */
function RemoveDialog({ detail, elevates, open, onClose, onApplied, onRemoved }: {
  readonly detail: StoredDetail; readonly elevates: boolean; readonly open: boolean;
  readonly onClose: () => void; readonly onApplied: () => void; readonly onRemoved: (removal: Removal) => void;
}) {
  const say = useSay();
  const host = useHost();
  const { store, thumbprint } = detail.certificate;
  const name = nameOf(detail.certificate);
  const [force, setForce] = useState(false);
  const planRemove = useCallback((from: Host) => from.certificate.planRemove({ store, thumbprint, ...(force && { force }) }), [store, thumbprint, force]);
  const loaded = useLoaded(planRemove, true);
  const { act, run } = useAct<Applied>();
  const plan = loaded.state === "ready" ? loaded.value : null;
  const steps = useSteps(plan?.planId ?? "", plan?.operations ?? noOperations);
  const inUse = loaded.state === "failed" && loaded.error.code === "certificate-in-use";
  const running = act.state === "running" || act.state === "done";

  const removed = useRef<Removal | null>(null);
  const tell = useCallback(() => {
    const removal = removed.current;
    if (removal) window.setTimeout(() => onRemoved(removal));
  }, [onRemoved]);
  const remove = (planId: string) => void run(async () => {
    const applied = await host.plan.apply({ planId });
    removed.current = { name, planId: applied.planId };
    onApplied();
    return applied;
  });

  return (
    <Dialog open={open} modalType={running ? "alert" : "modal"} onOpenChange={() => { if (!running) onClose(); }}>
      <DialogSurface className="certificate-dialog">
        <WhenGone tell={tell} />
        <DialogBody>
          <DialogTitle>{say(running ? "remove.running" : "remove.title", { name })}</DialogTitle>
          <DialogContent className="dialog-content" tabIndex={0}>
            {act.state === "failed" ? <ErrorNotice error={act.error} afterAct />
              : running && plan ? <StepProgress operations={plan.operations} steps={steps} cancelling={false} elevates={elevates} />
              : (
                <>
                  {(inUse || force) && (
                    <Notice intent="warning" title={say("remove.inUse")} announce={inUse}>
                      <UseList uses={detail.uses} label={say("stored.uses")} />
                      <p>{say("remove.inUse.hint")}</p>
                      <Checkbox className="override" checked={force} label={say("remove.force")} onChange={(_, { checked }) => setForce(checked === true)} />
                    </Notice>
                  )}
                  {loaded.state === "failed" ? !inUse && <ErrorNotice error={loaded.error} /> : <LoadedView loaded={loaded}>{(made) => <Review plan={made} />}</LoadedView>}
                </>
              )}
          </DialogContent>
          <DialogActions>
            {elevates && <span id="elevates-removal" className="visually-hidden">{say("app.elevates")}</span>}
            {act.state === "idle" && plan && (
              <Button appearance="primary" {...(elevates && { "icon": <ShieldIcon />, "aria-describedby": "elevates-removal" })}
                onClick={() => remove(plan.planId)}>{say("remove.commit")}</Button>
            )}
            {!running && <Button onClick={onClose}>{say(act.state === "failed" ? "app.close" : "remove.keep")}</Button>}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/**
 * The dialog, the function that opens it anew, and whether it deals with the certificate or has taken it out. It stays in
 * the page while it closes, as the undo dialog does.
 */
export function useRemoveDialog(detail: StoredDetail, elevates: boolean, onRemoved: (removal: Removal) => void): {
  readonly ask: () => void; readonly engaged: boolean; readonly dialog: ReactNode;
} {
  const [asked, setAsked] = useState<{ readonly state: "open" | "applied" | "closed"; readonly turn: number } | null>(null);
  const ask = useCallback(() => setAsked((before) => ({ state: "open", turn: (before?.turn ?? 0) + 1 })), []);
  const become = (state: "applied" | "closed") => setAsked((before) => before && { ...before, state });
  return {
    ask, engaged: asked !== null && asked.state !== "closed",
    dialog: asked && (
      <RemoveDialog key={asked.turn} detail={detail} elevates={elevates} open={asked.state === "open"}
        onClose={() => become("closed")} onApplied={() => become("applied")} onRemoved={onRemoved} />
    ),
  };
}
