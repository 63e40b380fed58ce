// What a backup has that the present file has not, line by line.
import { useCallback, useState, type ReactNode } from "react";
import type { Host } from "../../../app/host.ts";
import type { Backup } from "../../../app/santedb/configuration-view.ts";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Notice } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { Difference } from "../plan/operation-list.tsx";

interface Asked { readonly backup: Backup; readonly when: string }

function CompareDialog({ of, asked: { backup, when }, open, onClose }: { readonly of: string; readonly asked: Asked; readonly open: boolean; readonly onClose: () => void }) {
  const say = useSay();
  const read = useCallback((host: Host) => host.configuration.compare({ of, backup: backup.file }), [of, backup.file]);
  const loaded = useLoaded(read, true);
  return (
    <Dialog open={open} onOpenChange={onClose}>
      <DialogSurface className="plan-dialog">
        <DialogBody>
          <DialogTitle>{say("compare.title")}</DialogTitle>
          <DialogContent className="dialog-content" tabIndex={0}>
            {loaded.state === "failed" ? <ErrorNotice error={loaded.error} /> : (
              <LoadedView loaded={loaded}>{({ lines, file }) => (lines.length === 0 ? <Notice intent="success" title={say("compare.same")} /> : (
                <>
                  <dl className="facts compared">
                    <div className="fact"><dt><span className="mono">−</span> {say("compare.file")}</dt><dd className="mono break">{file}</dd></div>
                    <div className="fact"><dt><span className="mono">+</span> {say("compare.backup", { when })}</dt><dd className="mono break">{backup.file}</dd></div>
                  </dl>
                  <div><Difference lines={lines} /></div>
                </>
              ))}</LoadedView>
            )}
          </DialogContent>
          <DialogActions><Button onClick={onClose}>{say("app.close")}</Button></DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/** The dialog, and the function that opens it for a backup. It stays in the page while it closes, as all dialogs do. */
export function useCompareDialog(of: string): { readonly ask: (backup: Backup, when: string) => void; readonly dialog: ReactNode } {
  const [asked, setAsked] = useState<(Asked & { readonly open: boolean; readonly turn: number }) | null>(null);
  const ask = useCallback((backup: Backup, when: string) => setAsked((before) => ({ backup, when, open: true, turn: (before?.turn ?? 0) + 1 })), []);
  const close = () => setAsked((before) => before && { ...before, open: false });
  return { ask, dialog: asked && <CompareDialog key={asked.turn} of={of} asked={asked} open={asked.open} onClose={close} /> };
}
