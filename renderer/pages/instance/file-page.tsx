// A configuration by its file, whether or not a service of this machine reads it: its tree, its backups, its addresses.
import { useCallback } from "react";
import type { MachineDescription } from "../../../app/contract.ts";
import type { LockstepError } from "../../../app/errors.ts";
import type { Host } from "../../../app/host.ts";
import type { ConfigurationView } from "../../../app/santedb/configuration-view.ts";
import { useLoaded, useSession } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { addressOf } from "../../shell/route.ts";
import { Button, CopyButton } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { FindingList } from "../finding-list.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { Page } from "../page.tsx";
import { BackupsCard } from "./backups-card.tsx";
import { AddressRows, ConfigurationCard } from "./configuration-card.tsx";
import { portGroups } from "./configuration-nodes.ts";
import { fileNameOf } from "./file-name.ts";

function Above() {
  const say = useSay();
  return <a className="back-link" href={addressOf({ page: "instances" })}>{say("instances.title")}</a>;
}

function Lead({ path }: { readonly path: string }) {
  const say = useSay();
  return (
    <span className="thumbprint">
      <span className="mono break">{path}</span>
      <CopyButton text={path} name={say("app.copyWhat", { what: say("file.path.what") })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} />
    </span>
  );
}

function FileView({ path, configuration, error, elevates }: { readonly path: string; readonly configuration: ConfigurationView; readonly error: LockstepError | null; readonly elevates: boolean }) {
  const say = useSay();
  return (
    <Page title={fileNameOf(path)} above={<Above />} lead={<Lead path={path} />}>
      <div className="stack">
        {error && <ErrorNotice error={error} />}
        {configuration.findings.length > 0 && <section className="card"><FindingList findings={configuration.findings} label={say("review.findings")} /></section>}
        {portGroups(configuration).length > 0 && (
          <section className="card" aria-labelledby="addresses-title">
            <h2 id="addresses-title">{say("addresses.title")}</h2>
            <p className="dim card-lead">{say("addresses.lead")}</p>
            <AddressRows of={path} configuration={configuration} elevates={elevates} />
          </section>
        )}
        <ConfigurationCard configuration={configuration} />
        <BackupsCard of={path} file={path} elevates={elevates} />
      </div>
    </Page>
  );
}

export function FilePage({ path, machine }: { readonly path: string; readonly machine: MachineDescription }) {
  const say = useSay();
  const { refresh } = useSession();
  const show = useCallback((host: Host) => host.configuration.show({ of: path }), [path]);
  const loaded = useLoaded(show);
  const configuration = loaded.state === "ready" ? loaded.value : loaded.state === "failed" ? loaded.last : null;
  if (configuration) return <FileView path={path} configuration={configuration} error={loaded.state === "failed" ? loaded.error : null} elevates={machine.elevates} />;
  if (loaded.state !== "failed") return <><Above /><LoadedView loaded={loaded}>{() => null}</LoadedView></>;
  return (
    <Page title={fileNameOf(path)} above={<Above />} lead={<Lead path={path} />}>
      <div className="stack">
        <ErrorNotice error={loaded.error} actions={<Button onClick={refresh}>{say("app.retry")}</Button>} />
        {loaded.error.code.startsWith("configuration-") && <BackupsCard of={path} file={path} elevates={machine.elevates} />}
      </div>
    </Page>
  );
}
