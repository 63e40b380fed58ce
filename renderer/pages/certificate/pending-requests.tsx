// The requests that wait for their answer: completed, handed out once more, or let go.
import { useCallback, useState } from "react";
import type { PendingRequest } from "../../../app/certificates/certificate.ts";
import type { Host } from "../../../app/host.ts";
import { useAct, useHost, useLoaded, useSession } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatAge } from "../../messages/moment.ts";
import { goTo } from "../../shell/route.ts";
import { Button, CopyButton, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Spinner, useRestoreFocusTarget } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { saveText } from "../save-file.ts";
import { keyName } from "./certificate-card.tsx";
import { commonName } from "./days-left.ts";

const loadRequests = (host: Host) => host.certificate.requests({});

/** Requests shown until more are asked for, so that the certificates stay in sight. */
const shownAtFirst = 3;

const nameOfRequest = ({ subject, names }: PendingRequest): string => names[0] ?? commonName(subject);

/** A name for the file of a request, of characters that every file system takes. */
const fileNameOf = (name: string): string => `${name.replace("*", "wildcard").replace(/[^A-Za-z0-9.-]+/g, "_").slice(0, 100)}.csr`;

function RequestRow({ request, onDiscard }: { readonly request: PendingRequest; readonly onDiscard: () => void }) {
  const { say, tag } = useLanguage();
  const { now } = useSession();
  const restoresFocus = useRestoreFocusTarget();
  const name = nameOfRequest(request);
  return (
    <li>
      <div className="grow">
        <div className="strong ellipsis" title={name}>{name}</div>
        <div className="spaced dim"><span>{say("pending.asked", { age: formatAge(request.created, tag, now) })}</span><span>{keyName(request.keyType)}</span></div>
      </div>
      <div className="pending-actions">
        <Button aria-label={say("pending.completeWhich", { name })} onClick={() => goTo({ page: "complete", id: request.id })}>{say("pending.complete")}</Button>
        <CopyButton text={request.request} name={say("pending.copyWhich", { name })} label={say("pending.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} />
        <Button size="small" appearance="subtle" aria-label={say("pending.saveWhich", { name })} onClick={() => saveText(fileNameOf(name), request.request)}>{say("pending.save")}</Button>
        <Button {...restoresFocus} size="small" appearance="subtle" aria-label={say("pending.discardWhich", { name })} onClick={onDiscard}>{say("pending.discard")}</Button>
      </div>
    </li>
  );
}

function DiscardDialog({ request, open, onClose, onDiscarded }: {
  readonly request: PendingRequest; readonly open: boolean; readonly onClose: () => void; readonly onDiscarded: () => void;
}) {
  const say = useSay();
  const host = useHost();
  const { act, run } = useAct<null>();
  const running = act.state === "running";
  const discard = () => void run(async () => {
    await host.certificate.discardRequest({ id: request.id });
    onDiscarded();
    return null;
  });
  return (
    <Dialog open={open} modalType={running ? "alert" : "modal"} onOpenChange={() => { if (!running) onClose(); }}>
      <DialogSurface className="certificate-dialog">
        <DialogBody>
          <DialogTitle>{say("pending.discard.title", { name: nameOfRequest(request) })}</DialogTitle>
          <DialogContent className="dialog-content" tabIndex={0}>
            {act.state === "failed" ? <ErrorNotice error={act.error} /> : <p>{say("pending.discard.text")}</p>}
          </DialogContent>
          <DialogActions>
            {running ? <Spinner size="tiny" label={say("interrupted.working")} /> : (
              <>
                <Button appearance="primary" onClick={discard}>{say("pending.discard.commit")}</Button>
                <Button onClick={onClose}>{say("pending.discard.keep")}</Button>
              </>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/** Shows nothing where no request waits. */
export function PendingRequests() {
  const say = useSay();
  const { refresh } = useSession();
  const loaded = useLoaded(loadRequests);
  const [limit, setLimit] = useState(shownAtFirst);
  const [asked, setAsked] = useState<{ readonly request: PendingRequest; readonly open: boolean } | null>(null);
  const [discarded, setDiscarded] = useState<string | null>(null);
  const close = useCallback(() => setAsked((before) => before && { ...before, open: false }), []);
  const requests = loaded.state === "ready" ? loaded.value : loaded.state === "failed" ? loaded.last ?? [] : [];
  const more = requests.length - limit;
  return (
    <>
      <span className="visually-hidden" role="status">{discarded !== null && say("pending.discard.done", { name: discarded })}</span>
      {loaded.state === "failed" && <ErrorNotice error={loaded.error} actions={<Button onClick={refresh}>{say("app.retry")}</Button>} />}
      {requests.length > 0 && (
        <section className="card pending" aria-labelledby="pending-title">
          <h2 id="pending-title">{say("pending.title")}</h2>
          <ul>
            {requests.slice(0, limit).map((request) => (
              <RequestRow key={request.id} request={request} onDiscard={() => setAsked({ request, open: true })} />
            ))}
          </ul>
          {more > 0 && <Button size="small" onClick={() => setLimit(requests.length)}>{say("pending.more", { count: more })}</Button>}
        </section>
      )}
      {asked && (
        <DiscardDialog key={asked.request.id} request={asked.request} open={asked.open} onClose={close} onDiscarded={() => {
          setDiscarded(nameOfRequest(asked.request));
          close();
          refresh();
        }} />
      )}
    </>
  );
}
