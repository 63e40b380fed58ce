// The service of an instance: how it stands, what it runs as, what it needs; and starting, stopping, restarting it.
import type { Host } from "../../../app/host.ts";
import type { InstanceDetail } from "../../../app/santedb/instance.ts";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, CopyButton, RestartIcon, StartIcon, StopIcon, useRestoreFocusTarget } from "../../ui/index.ts";
import { usePlanDialog } from "../plan/plan-dialog.tsx";
import { Fact } from "./fact.tsx";
import { serviceRequest, type ServiceVerb } from "./requests.ts";
import { ServiceState } from "./service-state.tsx";

const loadServices = (host: Host) => host.service.list({});

const icons = { start: <StartIcon />, stop: <StopIcon />, restart: <RestartIcon /> } as const satisfies Record<ServiceVerb, unknown>;

/** What can be asked of a service that stands like this. */
const verbsFor = (state: InstanceDetail["state"]): readonly ServiceVerb[] => (state === "stopped" ? ["start"] : ["restart", "stop"]);

function Names({ names, none }: { readonly names: readonly string[]; readonly none: string }) {
  return names.length === 0 ? <span className="dim">{none}</span> : <span className="mono break">{names.join(", ")}</span>;
}

export function ServiceCard({ detail, elevates }: { readonly detail: InstanceDetail; readonly elevates: boolean }) {
  const say = useSay();
  const restoresFocus = useRestoreFocusTarget();
  const services = useLoaded(loadServices);
  const control = usePlanDialog(elevates);
  const { service, state } = detail;
  const startType = services.state === "ready" ? services.value.find(({ name }) => name === service)?.startType : undefined;
  return (
    <section className="card" aria-labelledby="service-title">
      <header className="card-head service-head">
        <h2 id="service-title">{say("overview.column.service")}</h2>
        <div className="row">
          {verbsFor(state).map((verb) => (
            <Button key={verb} {...restoresFocus} icon={icons[verb]} onClick={() => control.ask(serviceRequest(say, service, verb))}>{say(`control.${verb}`)}</Button>
          ))}
        </div>
      </header>
      <dl className="facts">
        <Fact name={say("serviceCard.state")}>
          <span className="spaced"><ServiceState state={state} />{detail.processId !== 0 && <span className="dim">{say("serviceCard.process", { id: String(detail.processId) })}</span>}</span>
        </Fact>
        <Fact name={say("serviceCard.name")}><span className="spaced"><span className="mono break">{service}</span><span className="dim">{detail.displayName}</span></span></Fact>
        <Fact name={say("serviceCard.account")}>
          <span className="spaced"><span className="break">{detail.account}</span>{detail.accountSid === null ? <span className="tone-warning">{say("serviceCard.account.unknown")}</span> : <span className="mono dim break">{detail.accountSid}</span>}</span>
        </Fact>
        {startType !== undefined && (
          <Fact name={say("serviceCard.start")}>{say(`startType.${startType}`)}{startType === "disabled" && <div className="dim">{say("startType.disabled.hint")}</div>}</Fact>
        )}
        <Fact name={say("serviceCard.command")}>
          <span className="copyable">
            <span className="mono break">{detail.imagePath}</span>
            <CopyButton text={detail.imagePath} name={say("app.copyWhat", { what: say("serviceCard.command.what") })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} />
          </span>
        </Fact>
        <Fact name={say("serviceCard.version")}>{detail.version ?? <span className="dim">{say("serviceCard.version.unknown")}</span>}</Fact>
        <Fact name={say("serviceCard.needs")}><Names names={detail.dependencies} none={say("serviceCard.needs.none")} /></Fact>
        <Fact name={say("serviceCard.neededBy")}><Names names={detail.dependants} none={say("serviceCard.neededBy.none")} /></Fact>
      </dl>
      {control.dialog}
    </section>
  );
}
