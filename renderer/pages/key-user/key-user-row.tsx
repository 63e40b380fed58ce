// A key user in the list: its name and whom it replaces, its state, its key, when it was added and by whom.
import { memo } from "react";
import type { KeyUser } from "../../../app/cws/cws-view.ts";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatDay } from "../../messages/moment.ts";
import { addressOf } from "../../shell/route.ts";
import { CopyButton, NoneSmallIcon, SuccessSmallIcon } from "../../ui/index.ts";
import type { GridRow } from "../row-grid.tsx";
import type { Entry } from "./key-user-list.ts";

/** Digits of a fingerprint that stand in the list: enough to tell keys apart, in groups as they are read out. */
const shownDigits = 16;

export function StateLabel({ state }: Pick<KeyUser, "state">) {
  const say = useSay();
  return state === "active"
    ? <span className="with-icon"><SuccessSmallIcon className="tone-success" />{say("keyState.active")}</span>
    : <span className="with-icon dim"><NoneSmallIcon />{say("keyState.retired")}</span>;
}

export const KeyUserRow = memo(function KeyUserRow({ entry, index, start, active }: GridRow<Entry>) {
  const { say, tag } = useLanguage();
  const { user, replaces, replacedBy } = entry;
  const succession = [...(replaces === null ? [] : [say("keyUser.replacesName", { name: replaces })]), ...(replacedBy === null ? [] : [say("keyUser.replacedByName", { name: replacedBy })])].join(", ");
  return (
    <div role="row" aria-rowindex={index + 2} className="grid-row" style={{ transform: `translateY(${start}px)` }}>
      <div role="rowheader" className="grid-name">
        <a href={addressOf({ page: "key-user", fingerprint: user.fingerprint })} tabIndex={active ? 0 : -1} data-index={index} title={user.name}>{user.name}</a>
        <div className="dim ellipsis">{succession}</div>
      </div>
      <div role="gridcell"><StateLabel state={user.state} /></div>
      <div role="gridcell">{say("keyUser.bits", { bits: String(user.keyBits) })}</div>
      <div role="gridcell" className="grid-fingerprint">
        <span className="mono" title={user.fingerprint}>{(user.fingerprint.slice(0, shownDigits).match(/.{4}/g) ?? []).join(" ")}…</span>
        <span className="grid-copy"><CopyButton text={user.fingerprint} name={say("keyUser.copyFingerprintOf", { name: user.name })} label="" copied={say("app.copied")} failed={say("app.copyFailed")} focusable={active} /></span>
      </div>
      <div role="gridcell" className="grid-added"><div>{formatDay(user.added, tag)}</div><div className="dim ellipsis" title={user.by}>{user.by}</div></div>
    </div>
  );
});
