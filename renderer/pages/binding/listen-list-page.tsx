// The addresses that HTTP.sys listens on.
import type { Host } from "../../../app/host.ts";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Notice } from "../../ui/index.ts";
import { FindingList } from "../finding-list.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { Section } from "./section.tsx";

const loadListenList = (host: Host) => host.listenList.show({});

export function ListenListPage() {
  const say = useSay();
  const loaded = useLoaded(loadListenList);
  return (
    <Section name="listenList">
      <LoadedView loaded={loaded}>{({ addresses, findings }) => (
        <div className="stack">
          {findings.length > 0 && <section className="card"><FindingList findings={findings} label={say("review.findings")} /></section>}
          {addresses.length === 0
            ? <Notice intent="success" title={say("listenList.all")}><p>{say("listenList.all.means")}</p></Notice>
            : (
              <section className="card" aria-labelledby="addresses-title">
                <h3 id="addresses-title">{say("listenList.only", { count: addresses.length })}</h3>
                <ul className="plain-list">{addresses.map((address) => <li key={address} className="mono break">{address}</li>)}</ul>
              </section>
            )}
        </div>
      )}</LoadedView>
    </Section>
  );
}
