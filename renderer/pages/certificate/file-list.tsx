// The files chosen so far: what each is and how it is protected, told before any password is asked for.
import type { Inspection } from "../../../app/certificates/certificate.ts";
import { useSay } from "../../messages/language.tsx";
import { Button, ErrorSmallIcon, FileIcon, RemoveIcon, Spinner } from "../../ui/index.ts";
import { FindingList } from "../finding-list.tsx";
import type { GatheredFile } from "./use-certificate-files.ts";

/** Proper names, the same in every language. */
const formatNames = { pfx: "PFX (PKCS #12)", pem: "PEM", der: "DER", pkcs7: "PKCS #7" } as const satisfies Record<Inspection["format"], string>;

/** What old Windows cannot open, so that converting is worth an offer. */
const convertible = "pfx-modern-encryption";

function Told({ gathered: { identified, error } }: { readonly gathered: GatheredFile }) {
  const say = useSay();
  if (error) {
    return (
      <div role="alert">
        <div className="with-icon tone-error"><ErrorSmallIcon />{error.message}</div>
        <div className="dim">{say("files.unreadable")}</div>
      </div>
    );
  }
  if (!identified) return <div className="dim">{say("files.looking")}</div>;
  const protection = identified.encryption !== null ? say("certificate.protection", { encryption: identified.encryption }) : say("certificate.clear");
  return <div className="dim">{formatNames[identified.format]} · {protection}</div>;
}

/** With `onConvert`, a file that old Windows cannot open carries the offer to convert it. */
export function FileList({ gathered, reading, onRemove, onConvert }: {
  readonly gathered: readonly GatheredFile[]; readonly reading: boolean; readonly onRemove: (file: File) => void; readonly onConvert?: (() => void) | undefined;
}) {
  const say = useSay();
  return (
    <ul className="files" aria-label={say("files.list")}>
      {gathered.map((each, index) => {
        const findings = each.identified?.findings ?? [];
        return (
          <li key={`${each.file.name} ${index}`}>
            <FileIcon className="dim" />
            <div className="grow">
              <div className="strong break">{each.file.name}</div>
              <Told gathered={each} />
              {findings.length > 0 && (
                <div className="file-findings">
                  <FindingList findings={findings} label={say("files.findings", { file: each.file.name })} />
                  {onConvert && findings.some(({ code }) => code === convertible) && <Button size="small" onClick={onConvert}>{say("files.convert")}</Button>}
                </div>
              )}
            </div>
            {reading && !each.identified && !each.error
              ? <Spinner size="extra-tiny" aria-label={say("files.looking")} />
              : <Button appearance="subtle" size="small" icon={<RemoveIcon />} aria-label={say("files.remove", { file: each.file.name })} onClick={() => onRemove(each.file)} />}
          </li>
        );
      })}
    </ul>
  );
}
