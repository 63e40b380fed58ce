// Replacing a key without a gap: the new key is made and registered while the old one still signs, and the old one goes last.
import { useState, type ReactNode } from "react";
import type { KeyUser } from "../../../app/cws/cws-view.ts";
import { useSession } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { addressOf, goTo } from "../../shell/route.ts";
import { AddIcon, Button, Checkbox, DeleteIcon, ImportIcon, Notice, SignatureIcon, SuccessIcon, useRestoreFocusTarget } from "../../ui/index.ts";
import { Page } from "../page.tsx";
import { tellDraft } from "../signature/draft.ts";
import { Handover } from "./handover.tsx";
import { useRetireDialog } from "./retire-dialog.tsx";
import { AboveKeyUser, ShownKeyUser } from "./shown-key-user.tsx";
import { nextName, successorsOf } from "./succession.ts";

/** Steps that Lockstep cannot see: the person says that they are done. Kept while the window is open, by fingerprint. */
type Ticked = "send" | "switch" | "test";
const tickedBy = new Map<string, ReadonlySet<Ticked>>();

function Step({ number, title, done, children }: { readonly number: number; readonly title: string; readonly done: boolean; readonly children: ReactNode }) {
  const say = useSay();
  return (
    <li className="card rotation-step">
      {done ? <SuccessIcon className="tone-success" /> : <span className="number" aria-hidden="true">{number}</span>}
      <div className="grow">
        <h2>{title}{done && <span className="visually-hidden"> ({say("secure.step.done")})</span>}</h2>
        {children}
      </div>
    </li>
  );
}

function Rotation({ user, users }: { readonly user: KeyUser; readonly users: readonly KeyUser[] }) {
  const say = useSay();
  const { now } = useSession();
  const restoresFocus = useRestoreFocusTarget();
  const [ticked, setTicked] = useState(() => tickedBy.get(user.fingerprint) ?? new Set<Ticked>());
  const [next = null] = successorsOf(user, users).filter(({ state }) => state === "active");
  const retiring = useRetireDialog(user, next !== null);
  const retired = user.state === "retired";
  const { name } = user;
  const tick = (step: Ticked, on: boolean) => {
    const changed = new Set([...ticked].filter((each) => each !== step).concat(on ? [step] : []));
    tickedBy.set(user.fingerprint, changed);
    setTicked(changed);
  };
  const tickBox = (step: Ticked) => <Checkbox className="override" checked={ticked.has(step)} label={say(`rotation.${step}.done`)} onChange={(_, { checked }) => tick(step, checked === true)} />;
  const test = () => {
    if (next) tellDraft({ user: next.name });
    goTo({ page: "signature", part: "send" });
  };
  return (
    <Page title={say("rotation.title", { name })} above={<AboveKeyUser user={user} />} lead={say("rotation.lead")}>
      <ol className="stack" aria-label={say("secure.steps")}>
        <Step number={1} done={next !== null} title={next ? say("rotation.key.made", { name: next.name }) : say("rotation.key.title")}>
          {next ? <p className="spaced"><a href={addressOf({ page: "key-user", fingerprint: next.fingerprint })}>{next.name}</a><span className="dim">{say("keyUser.rsaBits", { bits: String(next.keyBits) })}</span></p> : (
            <>
              <p className="dim">{say("rotation.key.means", { next: nextName(name, users, now), name })}</p>
              <div className="row">
                <Button appearance="primary" icon={<AddIcon />} onClick={() => goTo({ page: "make-key", replaces: user.fingerprint })}>{say("keyUsers.make")}</Button>
                <Button icon={<ImportIcon />} onClick={() => goTo({ page: "add-key", replaces: user.fingerprint })}>{say("keyUsers.add")}</Button>
              </div>
            </>
          )}
        </Step>
        <Step number={2} done={ticked.has("send")} title={say("rotation.send.title")}>
          <p className="dim">{say("rotation.send.means")}</p>
          {next && !ticked.has("send") && <div className="stack rotation-handover"><Handover user={next} /></div>}
          {tickBox("send")}
        </Step>
        <Step number={3} done={ticked.has("switch")} title={say("rotation.switch.title")}>
          <p className="dim">{say("rotation.switch.means", { name })}</p>
          {tickBox("switch")}
        </Step>
        <Step number={4} done={ticked.has("test")} title={say("rotation.test.title")}>
          <p className="dim">{say("rotation.test.means")}</p>
          <div className="row"><Button icon={<SignatureIcon />} onClick={test}>{say("rotation.test.open")}</Button></div>
          {tickBox("test")}
        </Step>
        <Step number={5} done={retired} title={retired ? say("rotation.retire.done", { name }) : say("rotation.retire.title", { name })}>
          {retired ? <p className="dim">{say("rotation.retire.last", { name })}</p> : (
            <>
              <p className="dim">{say("rotation.retire.means")}</p>
              <div className="row"><Button {...restoresFocus} icon={<DeleteIcon />} onClick={retiring.ask}>{say("rotation.retire.action", { name })}</Button></div>
            </>
          )}
        </Step>
        {retired && next && <li><Notice intent="success" announce title={say("rotation.finished", { name, next: next.name })} /></li>}
      </ol>
      {retiring.dialog}
    </Page>
  );
}

export function RotationPage({ fingerprint }: { readonly fingerprint: string }) {
  return <ShownKeyUser fingerprint={fingerprint}>{(user, users) => <Rotation user={user} users={users} />}</ShownKeyUser>;
}
