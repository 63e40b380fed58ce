// One change in full: what was done and run, what came of it, what was proven, and the way back.
import { useCallback } from "react";
import type { HistoryDetail } from "../../../app/contract.ts";
import type { Host } from "../../../app/host.ts";
import { fromReport } from "../../../app/errors.ts";
import { useLoaded, useSession } from "../../host/host.tsx";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatMoment } from "../../messages/moment.ts";
import { addressOf } from "../../shell/route.ts";
import { Button, UndoIcon, useRestoreFocusTarget } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { Page } from "../page.tsx";
import { OperationList } from "../plan/operation-list.tsx";
import { VerifiedTable } from "../plan/verified-table.tsx";
import { OutcomeLabel } from "./outcome-label.tsx";
import { useUndoDialog } from "./undo-dialog.tsx";

function Above() {
  const say = useSay();
  return <a className="back-link" href={addressOf({ page: "history" })}>{say("history.title")}</a>;
}

function RecordView({ record }: { readonly record: HistoryDetail }) {
  const { say, tag } = useLanguage();
  const { now } = useSession();
  const undo = useUndoDialog();
  const restoresFocus = useRestoreFocusTarget();
  return (
    <Page title={record.title} above={<Above />}>
      <div className="stack">
        <section className="card record-facts">
          <dl className="facts facts-row">
            <div className="fact"><dt>{say("history.column.outcome")}</dt><dd><OutcomeLabel outcome={record.outcome} /></dd></div>
            <div className="fact"><dt>{say("history.began")}</dt><dd>{formatMoment(record.at, tag, now)}</dd></div>
            {record.finishedAt !== null && <div className="fact"><dt>{say("history.ended")}</dt><dd>{formatMoment(record.finishedAt, tag, now)}</dd></div>}
            <div className="fact"><dt>{say("history.by")}</dt><dd className="break">{record.by}</dd></div>
            <div className="fact"><dt>{say("history.id")}</dt><dd className="mono break">{record.id}</dd></div>
          </dl>
          {record.canUndo && <Button {...restoresFocus} icon={<UndoIcon />} onClick={() => undo.ask(record)}>{say("undo.action")}</Button>}
        </section>
        {record.error && <ErrorNotice error={fromReport({ ...record.error, planId: record.error.planId ?? record.id })} afterAct />}
        {record.verified.length > 0 && (
          <section className="card">
            <h2>{say("history.verified")}</h2>
            <VerifiedTable verified={record.verified} planned={null} label={say("history.verified")} />
          </section>
        )}
        <section className="card operations-card">
          <h2>{say("history.steps")}</h2>
          <OperationList operations={record.steps.map(({ operation }) => operation)} states={record.steps.map(({ state }) => state)} label={say("history.steps")} evidence />
        </section>
      </div>
      {undo.dialog}
    </Page>
  );
}

export function RecordPage({ id }: { readonly id: string }) {
  const show = useCallback((host: Host) => host.history.show({ id }), [id]);
  const loaded = useLoaded(show);
  if (loaded.state === "ready") return <RecordView record={loaded.value} />;
  return <><Above /><LoadedView loaded={loaded}>{() => null}</LoadedView></>;
}
