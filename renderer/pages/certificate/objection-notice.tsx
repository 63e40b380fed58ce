// What stands against a certificate: that it cannot be used at all, or that it is outside its time, which a word overrides.
import type { Finding } from "../../../app/finding.ts";
import { useSay } from "../../messages/language.tsx";
import { Checkbox, Notice } from "../../ui/index.ts";

/** `missing` is what "Next" found missing; `refused` means that nothing overrides the objection. */
export function ObjectionNotice({ objection, refused, missing, allowExpired, onAllowExpired }: {
  readonly objection: Finding; readonly refused: boolean; readonly missing: string | null; readonly allowExpired: boolean; readonly onAllowExpired: (allow: boolean) => void;
}) {
  const say = useSay();
  return (
    // A new key lets the notice be read out again when Next was pressed in spite of it.
    <Notice key={missing} intent={refused || missing !== null ? "error" : "warning"} title={missing ?? objection.message} announce>
      {missing !== null && !refused && <p>{objection.message}</p>}
      <p>{objection.hint}</p>
      {!refused && (
        <Checkbox className="override" checked={allowExpired} onChange={(_, { checked }) => onAllowExpired(checked === true)}
          label={say(objection.code === "certificate-expired" ? "secure.allowExpired" : "secure.allowNotYet")} />
      )}
    </Notice>
  );
}
