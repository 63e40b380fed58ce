// The requests that came, each a line that opens to its diagnosis.
import { memo, useState } from "react";
import type { Received } from "../../../app/cws/cws-view.ts";
import { useLanguage } from "../../messages/language.tsx";
import { formatTime } from "../../messages/moment.ts";
import { formatSize } from "../../messages/size.ts";
import { Button, ErrorSmallIcon, SuccessSmallIcon } from "../../ui/index.ts";
import { Fact } from "../instance/fact.tsx";
import { DiagnosisView } from "./diagnosis-view.tsx";

/** Lines drawn at first, and by each "Show more". */
const pageLength = 50;

const Line = memo(function Line({ received }: { readonly received: Received }) {
  const { say, tag } = useLanguage();
  const [open, setOpen] = useState(false);
  const { at, method, path, diagnosis, header, bodyBytes, contentType } = received;
  return (
    <li>
      <details className="received" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          {diagnosis.valid ? <SuccessSmallIcon className="tone-success" /> : <ErrorSmallIcon className="tone-error" />}
          <span className="received-verdict">{say(diagnosis.valid ? "listen.valid" : "listen.invalid")}</span>
          <span className="mono dim">{formatTime(at, tag)}</span>
          <span className="mono strong">{method}</span>
          <span className="mono ellipsis received-path" title={path}>{path}</span>
          <span className="received-user ellipsis">{diagnosis.user ?? <span className="dim">{say("listen.noUser")}</span>}</span>
        </summary>
        {open && (
          <div className="received-detail">
            <DiagnosisView diagnosis={diagnosis} />
            <dl className="facts">
              <Fact name={say("check.checked")}><span className="mono break">{header ?? say("listen.noHeader")}</span></Fact>
              <Fact name={say("signature.body")}>{bodyBytes === 0 ? say("signature.body.empty") : formatSize(bodyBytes, tag)}{contentType !== null && <span className="dim"> {contentType}</span>}</Fact>
            </dl>
          </div>
        )}
      </details>
    </li>
  );
});

export const ReceivedList = memo(function ReceivedList({ received, label }: { readonly received: readonly Received[]; readonly label: string }) {
  const { say } = useLanguage();
  const [limit, setLimit] = useState(pageLength);
  return (
    <>
      <ul className="received-list" aria-label={label}>{received.slice(0, limit).map((each) => <Line key={each.number} received={each} />)}</ul>
      {received.length > limit && <Button onClick={() => setLimit(limit + pageLength)}>{say("history.more", { count: Math.min(pageLength, received.length - limit) })}</Button>}
    </>
  );
});
