// Listens on this computer for what a client sends, and says of each request whether its signature holds.
import { useDeferredValue, useLayoutEffect, useRef, useState } from "react";
import type { ListenerState } from "../../../app/cws/cws-view.ts";
import { serviceVersions, type ServiceVersion } from "../../../app/cws/algorithm.ts";
import { useAct, useHost } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, CopyButton, Empty, Field, Input, Notice, PauseIcon, SearchLargeIcon, Select, Spinner, StartIcon, StopIcon } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { later, take } from "./received-log.ts";
import { ReceivedList } from "./received-list.tsx";

/** Follows the listener, which goes on when the page is left. */
function useListener() {
  const host = useHost();
  const [state, setState] = useState<ListenerState | null>(null);
  const { act, run } = useAct<null>();
  useLayoutEffect(() => {
    const unsubscribe = host.listener.received((batch) => setState((before) => take(before ?? { address: null, valid: 0, invalid: 0, received: [] }, batch)));
    void run(async () => {
      const found = await host.listener.state({});
      setState((before) => later(found, before));
      return null;
    });
    return unsubscribe;
  }, [host, run]);
  return { state, act, run, setState };
}

export function ListenPart() {
  const say = useSay();
  const host = useHost();
  const { state, act, run, setState } = useListener();
  const [port, setPort] = useState("");
  const [version, setVersion] = useState<ServiceVersion>("V2");
  const [portWrong, setPortWrong] = useState(false);
  /** The log as it was seen when it was held, so that one request can be looked at in peace. */
  const [held, setHeld] = useState<ListenerState["received"] | null>(null);
  const latest = useDeferredValue(state?.received);
  const received = held ?? latest;
  const portField = useRef<HTMLInputElement>(null);
  const listening = state !== null && state.address !== null;

  const start = () => {
    const wanted = port.trim() === "" ? 0 : Number(port);
    const wrong = !Number.isInteger(wanted) || wanted < 0 || wanted > 65535;
    setPortWrong(wrong);
    if (wrong) {
      portField.current?.focus();
      return;
    }
    setHeld(null);
    void run(async () => {
      const begun = await host.listener.start({ port: wanted, version });
      // What was heard before belongs to an earlier run.
      setState((before) => later(begun, before && before.address === begun.address ? before : null));
      return null;
    });
  };
  const stop = () => void run(async () => {
    const stopped = await host.listener.stop({});
    setState((before) => ({ ...later(stopped, before), address: null }));
    return null;
  });
  return (
    <div className="stack">
      <form className="card tester-form" noValidate onSubmit={(event) => { event.preventDefault(); if (!listening) start(); }}>
        {listening ? (
          <div className="listening">
            <div className="grow">
              <div className="strong with-icon"><span className="live-dot" aria-hidden="true" />{say("listen.listening")}</div>
              <div className="copyable"><span className="mono break">{state.address}</span><CopyButton text={state.address} name={say("app.copyWhat", { what: say("listen.address.what") })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} /></div>
            </div>
            <Button key="stop" icon={<StopIcon />} onClick={stop}>{say("listen.stop")}</Button>
          </div>
        ) : (
          <div className="listen-form">
            <Field label={say("listen.port")} hint={say("listen.port.hint")} {...(portWrong && { validationState: "error" as const, validationMessage: say("listen.port.wrong") })}>
              <Input ref={portField} inputMode="numeric" value={port} maxLength={5} autoComplete="off" placeholder={say("listen.port.free")} onChange={(_, { value }) => { setPortWrong(false); setPort(value); }} />
            </Field>
            <Field label={say("check.version")}>
              <Select value={version} onChange={(_, { value }) => setVersion(serviceVersions.find((each) => each === value) ?? "V2")}>
                {serviceVersions.toReversed().map((each) => <option key={each} value={each}>{say(`serviceVersion.${each}`)}</option>)}
              </Select>
            </Field>
            <Button key="start" type="submit" appearance="primary" icon={<StartIcon />}>{say("listen.start")}</Button>
          </div>
        )}
        {act.state === "running" && <Spinner size="tiny" className="start late" label={say("app.loading")} />}
        {act.state === "failed" && <ErrorNotice error={act.error} />}
        <p className="dim">{say("listen.means")}</p>
      </form>
      {state && received && (listening || received.length > 0) && (
        <section className="card" aria-labelledby="log-title">
          <header className="card-head log-head">
            <h3 id="log-title">{say("listen.log")}</h3>
            <div className="row">
              <span className="with-counts"><span>{say("listen.count.valid", { count: state.valid })}</span><span className={state.invalid > 0 ? "tone-error" : "dim"}>{say("listen.count.invalid", { count: state.invalid })}</span></span>
              {received.length > 0 && <Button size="small" icon={held ? <StartIcon /> : <PauseIcon />} onClick={() => setHeld(held ? null : received)}>{say(held ? "listen.goOn" : "listen.hold")}</Button>}
            </div>
          </header>
          {held && <Notice intent="information" title={say("listen.held")} />}
          {received.length === 0
            ? <Empty icon={<SearchLargeIcon />} title={say("listen.empty.title")}>{say("listen.empty.hint")}</Empty>
            : <ReceivedList received={received} label={say("listen.log")} />}
        </section>
      )}
    </div>
  );
}
