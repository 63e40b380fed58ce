// The steps of a plan: what each does, exactly what it runs, the lines of a file that change; and how far it has come.
import { Fragment, useState, type ReactNode } from "react";
import type { DifferenceLine, OperationView } from "../../../app/plan/operation.ts";
import { typedArguments, typedCommand } from "../../../app/plan/shell-quote.ts";
import { useSay } from "../../messages/language.tsx";
import { Button, CopyButton, ErrorSmallIcon, PendingIcon, Spinner, SuccessSmallIcon, UndoneIcon } from "../../ui/index.ts";
import { afterGap, commonIndent } from "./difference.ts";
import { groupOperations } from "./operation-groups.ts";
import type { StepState } from "./steps.ts";

/** Lines of a difference shown before the rest is asked for. */
const firstLines = 24;

export function Difference({ lines }: { readonly lines: readonly DifferenceLine[] }) {
  const say = useSay();
  const [all, setAll] = useState(false);
  const shown = all ? lines : lines.slice(0, firstLines);
  const indent = commonIndent(lines);
  return (
    <>
      <div className="code difference" role="group" aria-label={say("plan.difference")} tabIndex={0}>
        {shown.map((line, index) => (
          <div key={index} className={`${line.sign === "-" ? "removed" : line.sign === "+" ? "added" : "kept"}${afterGap(lines, index) ? " after-gap" : ""}`}>
            <span className="line-number" aria-hidden="true">{line.line}</span>
            <span className="sign" aria-hidden="true">{line.sign}</span>
            {line.sign !== " " && <span className="visually-hidden">{say(line.sign === "-" ? "plan.lineRemoved" : "plan.lineAdded")}: </span>}
            <span className="line-text">{line.text.slice(indent)}</span>
          </div>
        ))}
      </div>
      {lines.length > shown.length && <Button size="small" appearance="subtle" onClick={() => setAll(true)}>{say("plan.differenceMore", { count: lines.length - shown.length })}</Button>}
    </>
  );
}

function CommandLine({ command }: { readonly command: readonly string[] }) {
  const say = useSay();
  const line = typedCommand(command);
  return (
    <div className="command">
      <pre className="code">{typedArguments(command).map((argument, index) => <Fragment key={index}>{index > 0 && " "}<span className="argument">{argument}</span></Fragment>)}</pre>
      <CopyButton text={line} name={say("app.copyWhat", { what: line })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} />
    </div>
  );
}

function Evidence({ operation }: { readonly operation: OperationView }) {
  return (
    <>
      {operation.details.map((line, index) => <div key={index} className="mono dim break">{line}</div>)}
      {operation.commands.map((command, index) => <CommandLine key={index} command={command} />)}
      {operation.difference !== null && operation.difference.length > 0 && <Difference lines={operation.difference} />}
    </>
  );
}

export function StepIcon({ state }: { readonly state: StepState }) {
  switch (state) {
    case "pending": return <PendingIcon className="dim" />;
    case "running": return <Spinner size="extra-tiny" aria-hidden="true" role="presentation" />;
    case "done":
    case "already": return <SuccessSmallIcon className="tone-success" />;
    case "failed":
    case "not-undone": return <ErrorSmallIcon className="tone-error" />;
    case "undone": return <UndoneIcon className="tone-information" />;
  }
}

/** The state in words. What the icon says plainly enough, waiting and done, is left to screen readers. */
function StateText({ state }: { readonly state: StepState }) {
  const say = useSay();
  return <span className={state === "pending" || state === "done" ? "visually-hidden" : "dim step-state"}>{say(`step.${state}`)}</span>;
}

function Check({ operation, state }: { readonly operation: OperationView; readonly state: StepState | undefined }) {
  return (
    <li>
      {state !== undefined && <span className="step-icon"><StepIcon state={state} /></span>}
      <span>{operation.title}</span>
      {state !== undefined && <StateText state={state} />}
    </li>
  );
}

function Numbered({ number, state, title, children }: { readonly number: string; readonly state: StepState | undefined; readonly title: string; readonly children?: ReactNode }) {
  return (
    <li className={`operation${state === undefined ? "" : ` step-${state}`}`}>
      {state === undefined ? <span className="number" aria-hidden="true">{number}</span> : <span className="step-icon"><StepIcon state={state} /></span>}
      <div className="operation-body">
        <div className="operation-head"><span className="operation-title">{title}</span>{state !== undefined && <StateText state={state} />}</div>
        {children}
      </div>
    </li>
  );
}

/** Of several checks taken together: the worst that happened, or how far they have come. */
function together(states: readonly (StepState | undefined)[]): StepState | undefined {
  const [first] = states;
  if (first === undefined) return undefined;
  for (const state of ["not-undone", "failed", "running"] as const) if (states.includes(state)) return state;
  if (states.every((state) => state === first)) return first;
  return states.includes("pending") ? "running" : "done";
}

/** With `states`, where each step stands; without, the numbered steps. `evidence` shows what each runs and changes. */
export function OperationList({ operations, label, states, evidence }: {
  readonly operations: readonly OperationView[]; readonly label: string; readonly states?: readonly StepState[]; readonly evidence: boolean;
}) {
  const say = useSay();
  return (
    <ol className="operations" aria-label={label}>
      {groupOperations(operations).map((group, index) => {
        const number = String(index + 1);
        switch (group.kind) {
          case "single": return (
            <Numbered key={group.first} number={number} state={states?.[group.first]} title={group.operation.title}>
              {evidence && <Evidence operation={group.operation} />}
            </Numbered>
          );
          case "checks": {
            const those = group.operations.map((_, at) => states?.[group.first + at]);
            return (
              <Numbered key={group.first} number={number} state={together(those)} title={say("plan.checks", { count: group.operations.length })}>
                <ul className="checks">
                  {group.operations.map((operation, at) => <Check key={at} operation={operation} state={those[at]} />)}
                </ul>
              </Numbered>
            );
          }
        }
      })}
    </ol>
  );
}
