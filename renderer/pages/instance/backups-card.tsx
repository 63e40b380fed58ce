// The copies beside a configuration file: who made each and when, whether it is whole, how it differs; compared and restored.
import { useCallback, useState } from "react";
import type { Host } from "../../../app/host.ts";
import type { Backup } from "../../../app/santedb/configuration-view.ts";
import { useLoaded, useSession } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatMoment } from "../../messages/moment.ts";
import { formatSize } from "../../messages/size.ts";
import { Button, CompareIcon, CopyButton, ErrorSmallIcon, RestoreIcon, SuccessSmallIcon, useRestoreFocusTarget } from "../../ui/index.ts";
import { LoadedView } from "../loaded-view.tsx";
import { usePlanDialog } from "../plan/plan-dialog.tsx";
import { useCompareDialog } from "./compare-dialog.tsx";
import { fileNameOf } from "./file-name.ts";
import { restoreRequest } from "./requests.ts";

/** Backups shown before the rest is asked for. */
const firstCount = 10;

function Hash({ value, when }: { readonly value: string; readonly when: string }) {
  const say = useSay();
  return (
    <span className="short-hash" title={value}>
      <span className="mono">SHA-256 {value.slice(0, 12)}…</span>
      <CopyButton text={value} name={say("backups.copyHash", { when })} label="" copied={say("app.copied")} failed={say("app.copyFailed")} />
    </span>
  );
}

function BackupRow({ backup, onCompare, onRestore }: { readonly backup: Backup; readonly onCompare: (when: string) => void; readonly onRestore: (when: string) => void }) {
  const { say, tag } = useLanguage();
  const { now } = useSession();
  const restoresFocus = useRestoreFocusTarget();
  const when = formatMoment(backup.at, tag, now);
  const same = backup.relation === "same";
  return (
    <li>
      <div className="grow">
        <div className="spaced">
          <span className="strong">{when}</span>
          <span>{say(`backups.kind.${backup.kind}`)}</span>
          {backup.intact === true && <span className="with-icon dim"><SuccessSmallIcon className="tone-success" />{say("backups.intact")}</span>}
          {backup.intact === false && <span className="with-icon tone-error"><ErrorSmallIcon />{say("backups.changed")}</span>}
        </div>
        <div className="spaced dim backup-more">
          <span>{say(`backups.relation.${backup.relation}`)}</span>
          {backup.scheme !== null && <span>{say("backups.scheme", { scheme: backup.scheme })}</span>}
          <span>{formatSize(backup.size, tag)}</span>
        </div>
        <div className="spaced dim backup-more">
          <span className="mono break" title={backup.file}>{fileNameOf(backup.file)}</span>
          {backup.sha256 !== null && <Hash value={backup.sha256} when={when} />}
        </div>
        {!backup.readable && <div className="dim backup-more">{say("backups.unreadable")}</div>}
      </div>
      {backup.readable && !same && (
        <div className="backup-actions">
          <Button {...restoresFocus} appearance="subtle" icon={<CompareIcon />} aria-label={say("backups.compareWhich", { when })} onClick={() => onCompare(when)}>{say("backups.compare")}</Button>
          <Button {...restoresFocus} appearance="subtle" icon={<RestoreIcon />} aria-label={say("backups.restoreWhich", { when })} onClick={() => onRestore(when)}>{say("backups.restore")}</Button>
        </div>
      )}
    </li>
  );
}

function Backups({ of, file, backups, elevates }: { readonly of: string; readonly file: string; readonly backups: readonly Backup[]; readonly elevates: boolean }) {
  const say = useSay();
  const [limit, setLimit] = useState(firstCount);
  const compare = useCompareDialog(of);
  const restore = usePlanDialog(elevates);
  if (backups.length === 0) return <p className="dim">{say("backups.none")}</p>;
  const more = backups.length - limit;
  return (
    <>
      <ul className="backups" aria-label={say("backups.title")}>
        {backups.slice(0, limit).map((backup) => (
          <BackupRow key={backup.file} backup={backup} onCompare={(when) => compare.ask(backup, when)} onRestore={(when) => restore.ask(restoreRequest(say, of, file, backup, when))} />
        ))}
      </ul>
      {more > 0 && <Button size="small" appearance="subtle" onClick={() => setLimit(backups.length)}>{say("pending.more", { count: more })}</Button>}
      {compare.dialog}
      {restore.dialog}
    </>
  );
}

/** `of` names the configuration for the host, `file` is its path. */
export function BackupsCard({ of, file, elevates }: { readonly of: string; readonly file: string; readonly elevates: boolean }) {
  const say = useSay();
  const read = useCallback((host: Host) => host.configuration.backups({ of }), [of]);
  const loaded = useLoaded(read);
  // What was read last stays while it cannot be read again, so that a dialog above it stays open.
  const backups = loaded.state === "failed" ? loaded.last : loaded.state === "ready" ? loaded.value : null;
  return (
    <section className="card" aria-labelledby="backups-title">
      <h2 id="backups-title">{say("backups.title")}</h2>
      <p className="dim card-lead">{say("backups.lead")}</p>
      {backups === null ? <LoadedView loaded={loaded}>{() => null}</LoadedView> : <Backups of={of} file={file} backups={backups} elevates={elevates} />}
    </section>
  );
}
