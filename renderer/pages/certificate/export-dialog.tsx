// Writes a certificate of a store into a file: in which format, with its key or without, and protected by which password.
import { useCallback, useRef, useState, type ReactNode } from "react";
import type { Converted, ConvertRequest } from "../../../app/contract.ts";
import { useAct, useHost } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, Checkbox, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Notice, Radio, RadioGroup, Spinner } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { saveContent } from "../save-file.ts";
import { nameOf, type StoredCertificate } from "./certificate-list.ts";
import { NewPasswordFields, type NewPassword } from "./new-password.tsx";

type Format = ConvertRequest["to"];
type Written = Omit<Converted, "content">;

const formats = ["pem", "der", "pfx", "pfx-legacy"] as const satisfies readonly Format[];

function Choice({ title, means }: { readonly title: string; readonly means: string }) {
  return <span className="choice"><span>{title}</span><span className="dim">{means}</span></span>;
}

function Made({ written }: { readonly written: Written }) {
  const say = useSay();
  return (
    <>
      <Notice intent="success" announce title={say("export.done", { file: written.fileName })}>
        <p>{say(written.hasPrivateKey ? "export.done.withKey" : "export.done.withoutKey")}</p>
      </Notice>
      <FindingList findings={written.findings} label={say("review.findings")} />
    </>
  );
}

function ExportDialog({ certificate, open, onClose }: { readonly certificate: StoredCertificate; readonly open: boolean; readonly onClose: () => void }) {
  const say = useSay();
  const host = useHost();
  const { act, run } = useAct<Written>();
  const [format, setFormat] = useState<Format>(certificate.hasPrivateKey ? "pfx" : "pem");
  // Until a person says otherwise, a PFX is for moving the certificate and so has its key; PEM and DER are for handing out.
  const [keyWanted, setKeyWanted] = useState<boolean | null>(null);
  const password = useRef<NewPassword>(null);
  const keyPossible = certificate.hasPrivateKey && format !== "der";
  const withKey = keyPossible && (keyWanted ?? format !== "pem");
  const running = act.state === "running";
  const save = () => {
    const newPassword = withKey ? password.current?.read() : undefined;
    if (newPassword === null) return;
    void run(async () => {
      const { content, ...written } = await host.certificate.convert({
        source: { store: certificate.store, thumbprint: certificate.thumbprint }, to: format, withoutKey: !withKey, ...(newPassword !== undefined && { newPassword }),
      });
      password.current?.clear();
      saveContent(written.fileName, content);
      return written;
    });
  };
  return (
    <Dialog open={open} modalType={running ? "alert" : "modal"} onOpenChange={() => { if (!running) onClose(); }}>
      <DialogSurface className="certificate-dialog">
        <form onSubmit={(event) => { event.preventDefault(); if (!running) save(); }}>
          <DialogBody>
            <DialogTitle>{act.state === "done" ? say("export.done.title") : say("export.title", { name: nameOf(certificate) })}</DialogTitle>
            <DialogContent className="dialog-content">
              {act.state === "done" ? <Made written={act.value} /> : (
                <>
                  <Field label={say("export.format")}>
                    <RadioGroup value={format} onChange={(_, { value }) => { const chosen = formats.find((each) => each === value); if (chosen) setFormat(chosen); }}>
                      {formats.map((each) => <Radio key={each} value={each} label={<Choice title={say(`export.${each}`)} means={say(`export.${each}.means`)} />} />)}
                    </RadioGroup>
                  </Field>
                  {keyPossible && (
                    <Checkbox checked={withKey} onChange={(_, { checked }) => setKeyWanted(checked === true)}
                      label={<Choice title={say("export.withKey")} means={say("export.withKey.means")} />} />
                  )}
                  {format === "pfx-legacy" && <Notice intent="warning" title={say("export.legacy.title")}><p>{say("export.legacy.text")}</p></Notice>}
                  {withKey && <NewPasswordFields ref={password} label={say("export.password")} hint={say("export.password.hint")} needed />}
                  {act.state === "failed" && <ErrorNotice error={act.error} />}
                </>
              )}
            </DialogContent>
            <DialogActions>
              {running && <Spinner size="tiny" label={say("export.working")} />}
              {(act.state === "idle" || act.state === "failed") && <Button type="submit" appearance="primary">{say("export.commit")}</Button>}
              {!running && <Button onClick={onClose}>{say(act.state === "done" ? "app.close" : "app.cancel")}</Button>}
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

/** The dialog, and the function that opens it anew. It stays in the page while it closes, as the undo dialog does. */
export function useExportDialog(certificate: StoredCertificate): { readonly ask: () => void; readonly dialog: ReactNode } {
  const [asked, setAsked] = useState<{ readonly open: boolean; readonly turn: number } | null>(null);
  const ask = useCallback(() => setAsked((before) => ({ open: true, turn: (before?.turn ?? 0) + 1 })), []);
  const close = useCallback(() => setAsked((before) => before && { ...before, open: false }), []);
  return { ask, dialog: asked && <ExportDialog key={asked.turn} certificate={certificate} open={asked.open} onClose={close} /> };
}
