// What was proven: for every address, the protocol, the answer and the certificate really served.
import type { Verified } from "../../../app/contract.ts";
import { useSay } from "../../messages/language.tsx";
import { ErrorSmallIcon, SuccessSmallIcon } from "../../ui/index.ts";
import { Thumbprint } from "../certificate/thumbprint.tsx";
import { answeredPaths, servedRows, type Served } from "./served.ts";

const place = ({ address, port }: Served): string => (address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`);

/** `planned` is the thumbprint that should be served, null where none was planned; `own` are those of others that stay as they were. */
function ServedCertificate({ thumbprint, planned, own }: { readonly thumbprint: string | null; readonly planned: string | null; readonly own: readonly string[] }) {
  const say = useSay();
  if (thumbprint === null) return <span className="dim">{say("proof.plain")}</span>;
  if (planned === null) return <Thumbprint value={thumbprint} copy={false} />;
  if (thumbprint !== planned && own.includes(thumbprint)) return <div className="served"><span className="with-icon"><SuccessSmallIcon className="tone-success" />{say("proof.own")}</span><Thumbprint value={thumbprint} copy={false} /></div>;
  const same = thumbprint === planned;
  return (
    <div className="served">
      <span className={`with-icon${same ? "" : " tone-error"}`}>
        {same ? <SuccessSmallIcon className="tone-success" /> : <ErrorSmallIcon className="tone-error" />}
        {say(same ? "proof.same" : "proof.different")}
      </span>
      {!same && <Thumbprint value={thumbprint} copy={false} />}
    </div>
  );
}

export function VerifiedTable({ verified, planned, own = [], label }: {
  readonly verified: readonly Verified[]; readonly planned: string | null; readonly own?: readonly string[]; readonly label: string;
}) {
  const say = useSay();
  const answers = answeredPaths(verified);
  return (
    <>
      <table className="table verified" role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {(["proof.column.address", "proof.column.name", "proof.column.protocol", "proof.column.status", "proof.column.certificate"] as const).map((key) => <th key={key} role="columnheader" scope="col">{say(key)}</th>)}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {servedRows(verified).map((each, index) => (
            <tr key={index} role="row">
              <td role="cell" className="mono">{place(each)}</td>
              <td role="cell" data-label={say("proof.column.name")}>{each.serverName ?? <span className="dim">{say("proof.noName")}</span>}</td>
              <td role="cell" data-label={say("proof.column.protocol")}>{each.protocol}</td>
              <td role="cell" data-label={say("proof.column.status")}>{each.statuses.length > 0 ? each.statuses.join(", ") : <span className="dim">{say("proof.noStatus")}</span>}</td>
              <td role="cell" data-label={say("proof.column.certificate")}><ServedCertificate thumbprint={each.thumbprint} planned={planned} own={own} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      {answers.length > 0 && (
        <ul className="answers" aria-label={say("proof.answers")}>
          <li className="dim" aria-hidden="true">{say("proof.answers")}</li>
          {answers.map(({ path, statuses }) => <li key={path}><span className="mono">{path}</span> <span className="dim">{statuses.join(", ")}</span></li>)}
        </ul>
      )}
    </>
  );
}
