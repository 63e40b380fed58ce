// An error as a person meets it: what happened, what to do, what became of the machine, and the evidence folded away.
import type { ReactNode } from "react";
import type { Aftermath, LockstepError } from "../../app/errors.ts";
import { typedCommand } from "../../app/plan/shell-quote.ts";
import { useSay } from "../messages/language.tsx";
import type { MessageKey } from "../messages/message.ts";
import { CopyButton, Notice } from "../ui/index.ts";

const aftermathKeys = { "untouched": "error.untouched", "put-back": "error.putBack", "not-put-back": "error.notPutBack" } as const satisfies Record<Aftermath, MessageKey>;

/** The error as text for support: everything the notice shows, and nothing else. */
function detailsOf(error: LockstepError): string {
  return [
    `${error.code}: ${error.message}`,
    error.hint,
    `aftermath: ${error.aftermath}`,
    ...(error.planId === undefined ? [] : [`plan: ${error.planId}`]),
    ...(error.evidence ? [`command: ${typedCommand(error.evidence.command)}`, "output:", error.evidence.output] : []),
  ].join("\r\n");
}

/** `afterAct` says what became of the machine; it is left out where nothing could have been changed anyway. */
export function ErrorNotice({ error, afterAct = false, actions }: { readonly error: LockstepError; readonly afterAct?: boolean; readonly actions?: ReactNode }) {
  const say = useSay();
  return (
    <Notice intent="error" title={error.message} announce actions={actions}>
      {afterAct && <p className="strong">{say(aftermathKeys[error.aftermath])}</p>}
      {error.hint !== "" && <p>{error.hint}</p>}
      {error.evidence && (
        <details className="evidence">
          <summary>{say("error.command")}</summary>
          <pre className="code">{typedCommand(error.evidence.command)}</pre>
          <pre className="code">{error.evidence.output.trim() === "" ? say("error.noOutput") : error.evidence.output}</pre>
        </details>
      )}
      <div className="notice-foot">
        <span className="dim">{say("error.code")} <span className="mono">{error.code}</span></span>
        <CopyButton text={() => detailsOf(error)} name={say("error.copyDetails")} label={say("error.copyDetails")} copied={say("app.copied")} failed={say("app.copyFailed")} />
      </div>
    </Notice>
  );
}
