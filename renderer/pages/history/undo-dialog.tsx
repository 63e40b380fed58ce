// Asks before a change is undone, saying what undoing does; then shows it being done, and what was proven.
import { useCallback, useState, type ReactNode } from "react";
import type { Applied, HistoryEntry, PlanView } from "../../../app/contract.ts";
import type { Host } from "../../../app/host.ts";
import { useAct, useLoaded, useSession, type Act } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Notice } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { OperationList } from "../plan/operation-list.tsx";
import { StepProgress } from "../plan/step-progress.tsx";
import { useUndoSteps } from "../plan/use-steps.ts";
import { VerifiedTable } from "../plan/verified-table.tsx";

function Content({ plan, act }: { readonly plan: PlanView; readonly act: Act<Applied> }) {
  const say = useSay();
  const steps = useUndoSteps(plan.planId, plan.operations);
  switch (act.state) {
    case "idle": return plan.operations.length === 0 ? <p>{say("undo.nothing")}</p> : (
      <>
        <p>{say("undo.lead", { count: plan.operations.length })}</p>
        <FindingList findings={plan.findings} label={say("review.findings")} />
        <OperationList operations={plan.operations} label={say("review.steps")} evidence />
      </>
    );
    case "running": return <StepProgress operations={plan.operations} steps={steps} cancelling={false} elevates={false} />;
    case "failed": return <ErrorNotice error={act.error} afterAct />;
    case "done": return (
      <>
        <Notice intent="success" title={say("undo.done")} announce />
        {act.value.verified.length > 0 && <VerifiedTable verified={act.value.verified} planned={plan.certificate?.thumbprint ?? null} label={say("proof.served")} />}
        <FindingList findings={act.value.findings} label={say("review.findings")} />
      </>
    );
  }
}

/**
 * The dialog and the function that opens it for a change. It stays in the page while it closes, since only then it gives
 * the focus back to the button that asked and the rest of the page back to screen readers.
 */
export function useUndoDialog(): { readonly ask: (entry: HistoryEntry) => void; readonly dialog: ReactNode } {
  const [asked, setAsked] = useState<{ readonly entry: HistoryEntry; readonly open: boolean; readonly turn: number } | null>(null);
  const ask = useCallback((entry: HistoryEntry) => setAsked((before) => ({ entry, open: true, turn: (before?.turn ?? 0) + 1 })), []);
  const close = () => setAsked((before) => before && { ...before, open: false });
  return { ask, dialog: asked && <UndoDialog key={asked.turn} entry={asked.entry} open={asked.open} onClose={close} /> };
}

function UndoDialog({ entry, open, onClose }: { readonly entry: HistoryEntry; readonly open: boolean; readonly onClose: () => void }) {
  const say = useSay();
  const { host, refresh } = useSession();
  const { act, run } = useAct<Applied>();
  const planUndo = useCallback((from: Host) => from.history.planUndo({ id: entry.id }), [entry.id]);
  const loaded = useLoaded(planUndo, true);
  const running = act.state === "running";
  const asking = act.state === "idle" && loaded.state === "ready" && loaded.value.operations.length > 0;
  const undo = () => {
    void run(() => host.history.undo({ id: entry.id })).then(refresh);
  };
  return (
    <Dialog open={open} modalType={running ? "alert" : "modal"} onOpenChange={() => { if (!running) onClose(); }}>
      <DialogSurface className="undo-dialog">
        <DialogBody>
          <DialogTitle>{act.state === "done" ? say("undo.done.title") : running ? say("undo.running") : say("undo.title", { title: entry.title })}</DialogTitle>
          <DialogContent className="undo-content" tabIndex={0}>
            {loaded.state === "failed" ? <ErrorNotice error={loaded.error} />
              : <LoadedView loaded={loaded}>{(plan) => <Content plan={plan} act={act} />}</LoadedView>}
          </DialogContent>
          <DialogActions>
            {asking && <Button appearance="primary" onClick={undo}>{say("undo.commit")}</Button>}
            {!running && <Button onClick={onClose}>{say(asking ? "undo.keep" : "app.close")}</Button>}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
