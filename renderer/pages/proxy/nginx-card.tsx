// Which NGINX there is, and whether sites can be published from here; if not, why, and what can be done all the same.
import type { ProxyState } from "../../../app/nginx/site.ts";
import { useSay } from "../../messages/language.tsx";
import { ErrorSmallIcon, Notice, SuccessSmallIcon } from "../../ui/index.ts";
import { Fact } from "../instance/fact.tsx";

export function NotPublishable({ reason }: { readonly reason: string }) {
  const say = useSay();
  return <Notice intent="information" title={say("proxy.notHere")}><p>{reason}</p><p>{say("proxy.notHere.hint")}</p></Notice>;
}

export function NginxCard({ state: { nginx, reason } }: { readonly state: ProxyState }) {
  const say = useSay();
  return (
    <>
      {nginx && (
        <section className="card" aria-label={say("proxy.nginx")}>
          <dl className="facts-row">
            <Fact name={say("proxy.nginx")}>{say("proxy.version", { version: nginx.version })}</Fact>
            <Fact name={say("proxy.nginx.state")}>
              {nginx.running
                ? <span className="with-icon"><SuccessSmallIcon className="tone-success" />{say("proxy.running")}</span>
                : <span className="with-icon tone-error"><ErrorSmallIcon className="tone-error" />{say("proxy.stopped")}</span>}
            </Fact>
            <Fact name={say("proxy.files")}><span className="mono break">{nginx.files}</span></Fact>
            {nginx.links !== null && <Fact name={say("proxy.links")}><span className="mono break">{nginx.links}</span></Fact>}
          </dl>
        </section>
      )}
      {reason !== null && <NotPublishable reason={reason} />}
    </>
  );
}
