// Makes the header of a request: who signs, with which key, and what; then the header itself, and how a program makes it.
import { useCallback, useEffect, useRef, useState } from "react";
import type { SignedHeader } from "../../../app/cws/cws-view.ts";
import { asLockstepError } from "../../../app/errors.ts";
import { useAct, useHost, useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, Notice, Spinner } from "../../ui/index.ts";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { Fact } from "../instance/fact.tsx";
import { offeredKeyUsers } from "../key-user/key-users.ts";
import { Revealed } from "../revealed.tsx";
import { useDraft, type Draft } from "./draft.ts";
import { maskHeader } from "./masked-header.ts";
import { MaskedHeader } from "./masked-header.tsx";
import { PrivateKeyField } from "./private-key-field.tsx";
import { AlgorithmField, BodyField, MethodField, UploadProgress, UserField } from "./request-fields.tsx";
import { Snippets } from "./snippets.tsx";
import { usePrivateKey } from "./use-private-key.ts";
import { useUpload } from "./use-upload.ts";

/** What was made, but for the header itself. */
interface Made extends Omit<SignedHeader, "header" | "signature"> {
  readonly masked: ReturnType<typeof maskHeader>;
  readonly draft: Draft;
}

function Result({ made, read, onUrl, url }: { readonly made: Made; readonly read: () => string; readonly url: string; readonly onUrl: (url: string) => void }) {
  const say = useSay();
  const constant = made.signedBytes === 0;
  return (
    <div className="stack" role="group" aria-label={say("make.result")}>
      <section className="card stack" aria-labelledby="made-title">
        <h2 className="part-title" id="made-title">{say("make.header.title")}</h2>
        <MaskedHeader read={read} masked={made.masked} />
        <Notice intent="warning" title={say(constant ? "make.constant.title" : "make.replay.title")}><p>{say(constant ? "make.constant.hint" : "make.replay.hint")}</p></Notice>
        <dl className="facts">
          <Fact name={say("make.signed")}>{constant ? say("make.signed.empty") : say("make.signed.bytes", { count: made.signedBytes })}</Fact>
          <Fact name={say("make.digest", { hash: made.algorithm === "CWS-SHA1" ? "SHA-1" : "SHA-256" })}><Thumbprint value={made.digest} what={say("make.digest.what")} /></Fact>
          <Fact name={say("make.key")}><Thumbprint value={made.fingerprint} what={say("keyUser.fingerprint.what")} /></Fact>
        </dl>
        <FindingList findings={made.findings} label={say("review.findings")} />
      </section>
      <Snippets draft={{ ...made.draft, url }} onUrl={onUrl} />
    </div>
  );
}

export function MakePart() {
  const say = useSay();
  const host = useHost();
  const users = useLoaded(offeredKeyUsers);
  const [draft, change] = useDraft();
  const privateKey = usePrivateKey();
  const upload = useUpload();
  const { act, run, reset } = useAct<Made | null>();
  const [userMissing, setUserMissing] = useState(false);
  const [turn, setTurn] = useState(0);
  /** The header, which is a credential: it is forgotten with the page, and when another is made. */
  const header = useRef("");
  const attempt = useRef(0);
  const forget = () => {
    attempt.current++;
    header.current = "";
    upload.cancel();
  };
  useEffect(() => () => {
    attempt.current++;
    header.current = "";
  }, []);
  const read = useCallback(() => header.current, []);
  const alter = (part: Partial<Draft>) => {
    setUserMissing(false);
    forget();
    reset();
    change(part);
  };

  const sign = () => {
    if (act.state === "running") return;
    const lacksUser = draft.user.trim() === "";
    setUserMissing(lacksUser);
    forget();
    const mine = attempt.current;
    void run(async () => {
      try {
        const key = await privateKey.read();
        if (lacksUser || !key) return null;
        const body = draft.method === "GET" || draft.method === "HEAD" ? undefined : await upload.send(draft.body);
        if (body === null) return null;
        const { header: made, algorithm, user, fingerprint, signedBytes, digest, findings } = await host.signature.sign({
          user: draft.user.trim(), ...key, algorithm: draft.algorithm, method: draft.method, undocumented: draft.undocumented, ...(body && { body }),
        });
        privateKey.forget();
        if (attempt.current !== mine) return null;
        header.current = made;
        setTurn((before) => before + 1);
        return { algorithm, user, fingerprint, signedBytes, digest, findings, masked: maskHeader(made), draft };
      } catch (thrown) {
        if (privateKey.ask(asLockstepError(thrown))) return null;
        throw thrown;
      }
    });
  };
  return (
    <div className="stack">
      <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); sign(); }}>
        <section className="card tester-form">
          <div className="field-pair">
            <div><UserField draft={draft} users={users.state === "ready" ? users.value : []} missing={userMissing} onChange={alter} /></div>
            <div><PrivateKeyField privateKey={privateKey} /></div>
          </div>
          <div className="field-pair">
            <div><MethodField draft={draft} onChange={alter} /></div>
            <div><AlgorithmField draft={draft} onChange={alter} /></div>
          </div>
          <BodyField draft={draft} onChange={alter} />
          <UploadProgress upload={upload} />
          <div className="row">
            <Button type="submit" appearance="primary" disabledFocusable={act.state === "running"}>{say("make.commit")}</Button>
            {act.state === "running" && !upload.progress && <Spinner size="tiny" label={say("make.making")} />}
          </div>
        </section>
      </form>
      {act.state === "failed" && <Revealed><ErrorNotice error={act.error} /></Revealed>}
      {act.state === "done" && act.value && <Revealed key={turn}><Result made={act.value} read={read} url={draft.url} onUrl={(url) => change({ url })} /></Revealed>}
    </div>
  );
}
