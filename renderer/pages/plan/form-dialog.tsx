// A form whose answer is a plan: filled in, planned, and handed to the dialog that reviews and does it.
import { Fragment, useCallback, useState, type ReactNode } from "react";
import type { PlanView } from "../../../app/contract.ts";
import { asLockstepError, type LockstepError } from "../../../app/errors.ts";
import type { Host } from "../../../app/host.ts";
import { useHost } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Spinner } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { usePlanDialog, type PlanRequest } from "./plan-dialog.tsx";

/** The plan that the form made already; wanted again, a new one. */
function madeFirst(made: PlanView, again: PlanRequest["plan"]): PlanRequest["plan"] {
  let first: PlanView | null = made;
  return (host: Host) => {
    const plan = first;
    first = null;
    return plan ? Promise.resolve(plan) : again(host);
  };
}

/**
 * `answer` gives the request, or null where something is missing, which the fields then say. `objection` is what is asked
 * under an error that a word of the person overrides.
 */
export function FormDialog({ title, open, answer, objection, onPlanned, onClose, children }: {
  readonly title: string; readonly open: boolean; readonly answer: () => PlanRequest | null; readonly objection?: (error: LockstepError) => ReactNode;
  readonly onPlanned: (request: PlanRequest) => void; readonly onClose: () => void; readonly children: ReactNode;
}) {
  const say = useSay();
  const host = useHost();
  const [error, setError] = useState<LockstepError | null>(null);
  const [planning, setPlanning] = useState(false);
  const review = async (request: PlanRequest) => {
    setPlanning(true);
    setError(null);
    try {
      const made = await request.plan(host);
      onPlanned({ ...request, plan: madeFirst(made, request.plan) });
    } catch (thrown) {
      setError(asLockstepError(thrown));
    }
    setPlanning(false);
  };
  const submit = () => {
    const request = planning ? null : answer();
    if (request) void review(request);
  };
  return (
    <Dialog open={open} onOpenChange={() => onClose()}>
      <DialogSurface className="certificate-dialog">
        <form noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className="dialog-content">
              {children}
              {error && <><ErrorNotice error={error} />{objection?.(error)}</>}
            </DialogContent>
            <DialogActions>
              {planning && <Spinner size="tiny" label={say("form.planning")} />}
              <Button type="submit" appearance="primary">{say("form.review")}</Button>
              <Button onClick={onClose}>{say("app.cancel")}</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

/**
 * Opens forms of one kind, each with what it begins with, and after them the review. `form` draws one; it stays in the
 * page while it closes.
 */
export function useFormDialog<Start>(elevates: boolean, form: (start: Start, dialog: {
  readonly open: boolean; readonly onPlanned: (request: PlanRequest) => void; readonly onClose: () => void;
}) => ReactNode): { readonly ask: (start: Start) => void; readonly dialog: ReactNode } {
  const plan = usePlanDialog(elevates);
  const [asked, setAsked] = useState<{ readonly start: Start; readonly open: boolean; readonly turn: number } | null>(null);
  const ask = useCallback((start: Start) => setAsked((before) => ({ start, open: true, turn: (before?.turn ?? 0) + 1 })), []);
  const close = () => setAsked((before) => before && { ...before, open: false });
  const onPlanned = (request: PlanRequest) => {
    close();
    plan.ask(request);
  };
  return {
    ask,
    dialog: (
      <>
        {asked && <Fragment key={asked.turn}>{form(asked.start, { open: asked.open, onPlanned, onClose: close })}</Fragment>}
        {plan.dialog}
      </>
    ),
  };
}
