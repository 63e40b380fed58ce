// One instance in full: its service, what its configuration says and where it lies, what is joined and bound, its backups.
import { useCallback } from "react";
import type { MachineDescription } from "../../../app/contract.ts";
import type { LockstepError } from "../../../app/errors.ts";
import type { Host } from "../../../app/host.ts";
import type { InstanceDetail } from "../../../app/santedb/instance.ts";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { addressOf, goTo } from "../../shell/route.ts";
import { Button, useRestoreFocusTarget } from "../../ui/index.ts";
import { DaysLeftLabel } from "../certificate/days-left-label.tsx";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { certificateOf, loadDetail, type FrontedInstance } from "../overview/front.ts";
import { OwnAddress } from "../overview/instance-address.tsx";
import { addressOfInstance, isSecured } from "../overview/overview.ts";
import { Page } from "../page.tsx";
import { usePlanDialog } from "../plan/plan-dialog.tsx";
import { BackupsCard } from "./backups-card.tsx";
import { AddressesOnly, ConfigurationCard } from "./configuration-card.tsx";
import { portGroups } from "./configuration-nodes.ts";
import { findingsOf } from "./instance-findings.ts";
import { BindingsCard, JoinsCard, PlacesCard, ShortcutNotice } from "./place-cards.tsx";
import { unsecureRequest } from "./requests.ts";
import { ServiceCard } from "./service-card.tsx";
import { ServiceState } from "./service-state.tsx";

function Above() {
  const say = useSay();
  return <a className="back-link" href={addressOf({ page: "instances" })}>{say("instances.title")}</a>;
}

type Shown = InstanceDetail & FrontedInstance;

function Lead({ detail }: { readonly detail: Shown }) {
  const say = useSay();
  const address = addressOfInstance(detail);
  const certificate = certificateOf(detail);
  return (
    <span className="spaced">
      <span>{say("instances.product", { product: say(`product.${detail.product}`), generation: say(`generation.${detail.generation}`) })}</span>
      <ServiceState state={detail.state} />
      {detail.front && <a className="mono break" href={addressOf({ page: "site", fileName: detail.front.fileName })}>{detail.front.address}</a>}
      {address !== null && (detail.front ? <OwnAddress instance={detail} /> : <span className="mono break">{address}</span>)}
      {certificate && <DaysLeftLabel certificate={certificate} />}
    </span>
  );
}

/** With a site before it, that is what is changed and taken away; the wizard would write it anew. */
function Actions({ detail, elevates, kind }: { readonly detail: Shown; readonly elevates: boolean; readonly kind: MachineDescription["kind"] }) {
  const say = useSay();
  const restoresFocus = useRestoreFocusTarget();
  const unsecure = usePlanDialog(elevates);
  const { service, name, configuration, front } = detail;
  const secured = isSecured(detail);
  const groups = configuration ? portGroups(configuration) : [];
  const encrypted = [
    ...(front && detail.port !== null ? [{ port: detail.port, by: "nginx" as const }] : []),
    ...groups.filter(({ schemes }) => schemes.includes("https")).map(({ port }) => ({ port, by: kind === "linux" ? "mono" as const : "httpSys" as const })),
  ];
  if (detail.endpoints.length === 0) return null;
  return (
    <div className="row">
      {front
        ? <Button onClick={() => goTo({ page: "publish", fileName: front.fileName })}>{say("site.change")}</Button>
        : <Button {...(!secured && { appearance: "primary" as const })} onClick={() => goTo({ page: "secure", instance: service })}>{say(secured ? "overview.replace" : "overview.secure")}</Button>}
      {encrypted.map(({ port, by }) => (
        <Button key={port} {...restoresFocus} onClick={() => unsecure.ask(unsecureRequest(say, service, name, groups.length > 1 ? port : null, by))}>
          {encrypted.length > 1 ? say("unsecure.actionPort", { port: String(port) }) : say("unsecure.action")}
        </Button>
      ))}
      {unsecure.dialog}
    </div>
  );
}

function InstanceView({ detail, error, machine: { elevates, kind } }: { readonly detail: Shown; readonly error: LockstepError | null; readonly machine: MachineDescription }) {
  const say = useSay();
  const { configuration, service, configFile } = detail;
  const findings = findingsOf(detail);
  return (
    <Page title={detail.name} above={<Above />} lead={<Lead detail={detail} />}>
      <div className="stack">
        <Actions detail={detail} elevates={elevates} kind={kind} />
        {error && <ErrorNotice error={error} />}
        {findings.length > 0 && <section className="card"><FindingList findings={findings} label={say("review.findings")} /></section>}
        <ShortcutNotice detail={detail} />
        <ServiceCard detail={detail} elevates={elevates} />
        {configuration && <ConfigurationCard configuration={configuration} />}
        <PlacesCard candidates={detail.candidates} />
        <JoinsCard joins={detail.joins} />
        {kind !== "linux" && <BindingsCard detail={detail} />}
        {configFile !== null && <BackupsCard of={service} file={configFile} elevates={elevates} />}
        {configuration && <AddressesOnly of={service} configuration={configuration} elevates={elevates} />}
      </div>
    </Page>
  );
}

export function InstancePage({ service, machine }: { readonly service: string; readonly machine: MachineDescription }) {
  const { kind } = machine;
  const show = useCallback((host: Host) => loadDetail(host, kind, service), [kind, service]);
  const loaded = useLoaded(show);
  const detail = loaded.state === "ready" ? loaded.value : loaded.state === "failed" ? loaded.last : null;
  if (!detail) {
    const view = <LoadedView loaded={loaded}>{() => null}</LoadedView>;
    return loaded.state === "failed" ? <Page title={service} above={<Above />}><div className="stack">{view}</div></Page> : <><Above />{view}</>;
  }
  return <InstanceView detail={detail} error={loaded.state === "failed" ? loaded.error : null} machine={machine} />;
}
