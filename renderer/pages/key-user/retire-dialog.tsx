// Retires a key user, after saying what that means and cannot bring back.
import { useCallback, useState, type ReactNode } from "react";
import type { KeyUser } from "../../../app/cws/cws-view.ts";
import { useAct, useSession } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Notice, Spinner } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";

function RetireDialog({ user: { name }, replaced, open, onClose }: { readonly user: KeyUser; readonly replaced: boolean; readonly open: boolean; readonly onClose: () => void }) {
  const say = useSay();
  const { host, refresh } = useSession();
  const { act, run } = useAct<null>();
  const running = act.state === "running";
  const retire = () => void run(async () => {
    await host.keyUser.retire({ name });
    onClose();
    refresh();
    return null;
  });
  return (
    <Dialog open={open} modalType={running ? "alert" : "modal"} onOpenChange={() => { if (!running) onClose(); }}>
      <DialogSurface className="certificate-dialog">
        <DialogBody>
          <DialogTitle>{say("retire.title", { name })}</DialogTitle>
          <DialogContent className="dialog-content" tabIndex={0}>
            {!replaced && <Notice intent="warning" title={say("retire.unreplaced", { name })}><p>{say("retire.unreplaced.hint")}</p></Notice>}
            <ul className="plain-list retire-means">
              <li>{say("retire.means.key")}</li>
              <li>{say("retire.means.name", { name })}</li>
              <li>{say("retire.means.header")}</li>
            </ul>
            {act.state === "failed" && <ErrorNotice error={act.error} />}
          </DialogContent>
          <DialogActions>
            {running ? <Spinner size="tiny" label={say("interrupted.working")} /> : (
              <>
                <Button appearance="primary" onClick={retire}>{say("retire.commit", { name })}</Button>
                <Button onClick={onClose}>{say("remove.keep")}</Button>
              </>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/** The dialog, and the function that opens it anew. `replaced` says that another key user took over. */
export function useRetireDialog(user: KeyUser, replaced: boolean): { readonly ask: () => void; readonly dialog: ReactNode } {
  const [asked, setAsked] = useState<{ readonly open: boolean; readonly turn: number } | null>(null);
  const ask = useCallback(() => setAsked((before) => ({ open: true, turn: (before?.turn ?? 0) + 1 })), []);
  const close = useCallback(() => setAsked((before) => before && { ...before, open: false }), []);
  return { ask, dialog: asked && <RetireDialog key={asked.turn} user={user} replaced={replaced} open={asked.open} onClose={close} /> };
}
