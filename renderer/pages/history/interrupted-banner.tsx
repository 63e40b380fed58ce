// Says on every page that a change was left in the middle, and offers both ways out of it.
import { useCallback } from "react";
import type { Applied } from "../../../app/contract.ts";
import type { Host } from "../../../app/host.ts";
import { useAct, useLoaded, useSession } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { addressOf } from "../../shell/route.ts";
import { Button, Notice, ShieldIcon, Spinner } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";

export function InterruptedBanner({ id, elevates }: { readonly id: string; readonly elevates: boolean }) {
  const say = useSay();
  const { host, refresh } = useSession();
  const { act, run } = useAct<readonly Applied[]>();
  const show = useCallback((from: Host) => from.history.show({ id }), [id]);
  const loaded = useLoaded(show);
  const recover = (direction: "undo" | "finish" | "keep") => {
    void run(() => host.history.recover({ direction })).then(refresh);
  };
  const shield = elevates && { icon: <ShieldIcon />, "aria-describedby": "elevates-recovery" };
  const running = act.state === "running";
  // Once putting back has failed, a person may have to put things right by hand: then only the record is left to close.
  const failed = loaded.state === "ready" && loaded.value.outcome === "not-put-back";
  return (
    <div className="banner">
      <Notice intent="warning" title={say(failed ? "interrupted.failed.title" : "interrupted.title")} announce actions={running ? <Spinner size="tiny" label={say("interrupted.working")} /> : (
        <>
          <Button appearance="primary" {...shield} onClick={() => recover("undo")}>{say("interrupted.undo")}</Button>
          {loaded.state === "ready" && loaded.value.canFinish && <Button {...shield} onClick={() => recover("finish")}>{say("interrupted.finish")}</Button>}
          {failed && <Button onClick={() => recover("keep")}>{say("interrupted.keep")}</Button>}
          {elevates && <span id="elevates-recovery" className="visually-hidden">{say("app.elevates")}</span>}
        </>
      )}>
        <p>
          {loaded.state === "ready" ? say(failed ? "interrupted.failed.text" : "interrupted.text", { title: loaded.value.title }) : say("interrupted.textShort")}
          {" "}<a href={addressOf({ page: "record", id })}>{say("interrupted.show")}</a>
        </p>
      </Notice>
      {act.state === "failed" && <ErrorNotice error={act.error} afterAct />}
    </div>
  );
}
