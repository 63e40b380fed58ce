// What was sent to CorEMR and what came back: the answer first, then whose signature it carries, the clocks, TLS, the request.
import type { Exchange } from "../../../app/cws/cws-view.ts";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatTime } from "../../messages/moment.ts";
import { formatSize } from "../../messages/size.ts";
import { ErrorSmallIcon, NoneSmallIcon, Notice, SuccessSmallIcon } from "../../ui/index.ts";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { FindingList } from "../finding-list.tsx";
import { Fact } from "../instance/fact.tsx";
import { clockDifference } from "./clock-difference.ts";
import { DiagnosisView } from "./diagnosis-view.tsx";

/** The lines of a message's head, as they stand on the wire. */
const headOf = (first: string, headers: Exchange["response"]["headers"]): string => [first, ...headers.map(({ name, value }) => `${name}: ${value}`)].join("\n");

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname + new URL(url).search : url);

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

function Answer({ exchange: { response, milliseconds } }: { readonly exchange: Exchange }) {
  const { say, tag } = useLanguage();
  const { status, reason, headers, text, bodyBytes, truncated, protocol } = response;
  const good = status >= 200 && status < 300;
  const redirect = isRedirect(status);
  const target = headers.find(({ name }) => name.toLowerCase() === "location")?.value;
  return (
    <section className="card stack" aria-labelledby="answer-title">
      <div className="answer-head">
        <h3 id="answer-title">{say("send.answer")}</h3>
        <span className={`with-icon strong ${good ? "tone-success" : redirect ? "tone-warning" : "tone-error"}`}>{good ? <SuccessSmallIcon /> : <ErrorSmallIcon />}{status} {reason}</span>
        <span className="dim">{say("send.milliseconds", { count: Math.round(milliseconds) })}</span>
      </div>
      {redirect && <Notice intent="warning" title={say("send.redirect.title")}><p className="break">{target === undefined ? say("send.redirect.nowhere") : say("send.redirect.hint", { target })}</p></Notice>}
      <pre className="code" tabIndex={0} aria-label={say("send.answer.head")}>{headOf(`${protocol} ${status} ${reason}`, headers)}</pre>
      {text === null
        ? <p className="dim">{bodyBytes === 0 ? say("send.answer.empty") : say("send.answer.binary", { size: formatSize(bodyBytes, tag) })}</p>
        : text === "" ? <p className="dim">{say("send.answer.empty")}</p> : <pre className="code exchange-body" tabIndex={0} aria-label={say("send.answer.body")}>{text}</pre>}
      {truncated && <p className="dim">{say("send.answer.truncated", { size: formatSize(bodyBytes, tag) })}</p>}
    </section>
  );
}

function AnswerSignature({ signature }: { readonly signature: Exchange["answerSignature"] }) {
  const say = useSay();
  switch (signature.state) {
    case "not-asked": return <p className="with-icon dim"><NoneSmallIcon />{say("send.signature.notAsked")}</p>;
    case "absent": return <Notice intent="warning" title={say("send.signature.absent")}><p>{say("send.signature.absent.hint")}</p></Notice>;
    case "found": return <DiagnosisView diagnosis={signature.diagnosis} />;
  }
}

export function ExchangeView({ exchange }: { readonly exchange: Exchange }) {
  const { say, tag } = useLanguage();
  const { request, tls, clientTime, serverTime, answerSignature, findings } = exchange;
  const difference = clockDifference(clientTime, serverTime);
  // What stands beside the answer already is not said twice.
  const worthKnowing = isRedirect(exchange.response.status) ? findings.filter(({ code }) => !code.startsWith("redirect")) : findings;
  return (
    <div className="stack" role="group" aria-label={say("send.result")}>
      <Answer exchange={exchange} />
      {worthKnowing.length > 0 && <section className="card"><FindingList findings={worthKnowing} label={say("review.findings")} /></section>}
      <section className="card stack" aria-labelledby="answer-signature-title">
        <h3 id="answer-signature-title">{say("send.signature")}</h3>
        <AnswerSignature signature={answerSignature} />
      </section>
      <section className="card" aria-labelledby="connection-title">
        <h3 id="connection-title">{say("send.connection")}</h3>
        <dl className="facts">
          <Fact name={say("send.tls")}>
            {tls === null ? <span className="with-icon tone-warning"><ErrorSmallIcon />{say("send.tls.none")}</span> : (
              <>
                <div>{tls.protocol}{tls.problem === null && <span className="dim"> {say("send.tls.trusted")}</span>}</div>
                {tls.problem !== null && <div className="with-icon tone-error"><ErrorSmallIcon />{tls.problem}</div>}
                <Thumbprint value={tls.thumbprint} />
              </>
            )}
          </Fact>
          <Fact name={say("send.clock.client")}>{formatTime(clientTime, tag)}</Fact>
          <Fact name={say("send.clock.server")}>
            {serverTime === null ? say("send.clock.none") : formatTime(serverTime, tag)}
            {difference !== null && <div className={Math.abs(difference) > 60 ? "tone-warning" : "dim"}>{difference === 0 ? say("send.clock.same") : say(difference > 0 ? "send.clock.ahead" : "send.clock.behind", { count: Math.abs(difference) })}</div>}
          </Fact>
        </dl>
      </section>
      <section className="card stack" aria-labelledby="request-title">
        <h3 id="request-title">{say("send.request")}</h3>
        <pre className="code" tabIndex={0} aria-labelledby="request-title">{headOf(`${request.method} ${pathOf(request.url)} HTTP/1.1`, request.headers)}</pre>
        <p className="dim">{request.bodyBytes === 0 ? say("send.request.empty") : say("send.request.body", { count: request.bodyBytes })}</p>
      </section>
    </div>
  );
}
