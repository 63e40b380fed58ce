// One key user in full: its key for reading over the telephone, whom it replaces, and what can be done with it.
import { useRef } from "react";
import type { KeyUser } from "../../../app/cws/cws-view.ts";
import { useSession } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatMoment } from "../../messages/moment.ts";
import { addressOf, goTo } from "../../shell/route.ts";
import { Button, ConvertIcon, DeleteIcon, ExportIcon, SignatureIcon, useRestoreFocusTarget } from "../../ui/index.ts";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { Fact } from "../instance/fact.tsx";
import { Page } from "../page.tsx";
import { tellDraft } from "../signature/draft.ts";
import { Handover } from "./handover.tsx";
import { StateLabel } from "./key-user-row.tsx";
import { useRetireDialog } from "./retire-dialog.tsx";
import { AboveKeyUser, ShownKeyUser } from "./shown-key-user.tsx";
import { predecessorOf, successorsOf } from "./succession.ts";

function UserLink({ user }: { readonly user: KeyUser }) {
  return <a href={addressOf({ page: "key-user", fingerprint: user.fingerprint })}>{user.name}</a>;
}

function Facts({ user, users }: { readonly user: KeyUser; readonly users: readonly KeyUser[] }) {
  const { say, tag } = useLanguage();
  const { now } = useSession();
  const before = predecessorOf(user, users);
  const after = successorsOf(user, users);
  return (
    <section className="card" aria-labelledby="facts-title">
      <h2 id="facts-title">{say("stored.facts")}</h2>
      <dl className="facts">
        <Fact name={say("keyUsers.column.fingerprint")}>
          <div className="read-out"><Thumbprint value={user.fingerprint} what={say("keyUser.fingerprint.what")} /></div>
          <div className="dim">{say("keyUser.fingerprint.means")}</div>
        </Fact>
        <Fact name={say("keyUsers.column.state")}><StateLabel state={user.state} /></Fact>
        <Fact name={say("keyUsers.column.key")}>{say("keyUser.rsaBits", { bits: String(user.keyBits) })}</Fact>
        <Fact name={say("keyUsers.column.added")}>{say("keyUser.whenBy", { when: formatMoment(user.added, tag, now), by: user.by })}</Fact>
        {user.retired !== null && <Fact name={say("keyState.retired")}>{formatMoment(user.retired, tag, now)}</Fact>}
        {user.replaces !== null && <Fact name={say("keyUser.replaces")}>{before ? <UserLink user={before} /> : user.replaces}</Fact>}
        {after.length > 0 && <Fact name={say("keyUser.replacedBy")}><span className="spaced">{after.map((each) => <UserLink key={each.fingerprint} user={each} />)}</span></Fact>}
      </dl>
    </section>
  );
}

function KeyUserView({ user, users }: { readonly user: KeyUser; readonly users: readonly KeyUser[] }) {
  const say = useSay();
  const restoresFocus = useRestoreFocusTarget();
  const retiring = useRetireDialog(user, successorsOf(user, users).length > 0);
  const exported = useRef<HTMLHeadingElement>(null);
  const active = user.state === "active";
  const test = () => {
    tellDraft({ user: user.name });
    goTo({ page: "signature", part: "check" });
  };
  const toExport = () => {
    exported.current?.focus();
    exported.current?.scrollIntoView({ block: "start" });
  };
  return (
    <Page title={user.name} above={<AboveKeyUser />} lead={say(active ? "keyUser.lead.active" : "keyUser.lead.retired")}>
      <div className="stack">
        {active && (
          <div className="row" role="group" aria-label={say("keyUser.actions")}>
            <Button icon={<ExportIcon />} onClick={toExport}>{say("keyUser.export")}</Button>
            <Button icon={<ConvertIcon />} onClick={() => goTo({ page: "rotate-key", fingerprint: user.fingerprint })}>{say("keyUser.replace")}</Button>
            <Button icon={<SignatureIcon />} onClick={test}>{say("keyUser.test")}</Button>
            <Button {...restoresFocus} icon={<DeleteIcon />} onClick={retiring.ask}>{say("keyUser.retire")}</Button>
          </div>
        )}
        {active && <p className="dim">{say("keyUser.unchangeable")}</p>}
        <Facts user={user} users={users} />
        {active && <h2 className="step-title handover-title" ref={exported} tabIndex={-1}>{say("keyUser.handover")}</h2>}
        <Handover user={user} />
      </div>
      {retiring.dialog}
    </Page>
  );
}

export function KeyUserPage({ fingerprint }: { readonly fingerprint: string }) {
  return <ShownKeyUser fingerprint={fingerprint}>{(user, users) => <KeyUserView user={user} users={users} />}</ShownKeyUser>;
}
