// A thumbprint: monospaced, in groups of four for the eye, copied without blanks or hidden characters.
import { useSay } from "../../messages/language.tsx";
import { CopyButton } from "../../ui/index.ts";

/**
 * The groups are set apart by style, not by characters, so that a selection too copies the clean form. `what` names
 * another such number for the button that copies it.
 */
export function Thumbprint({ value, copy = true, what }: { readonly value: string; readonly copy?: boolean; readonly what?: string }) {
  const say = useSay();
  return (
    <span className="thumbprint">
      <span className="mono groups">{(value.match(/.{1,4}/g) ?? []).map((group, index) => <span key={index}>{group}</span>)}</span>
      {copy && <CopyButton text={value} name={say("app.copyWhat", { what: what ?? say("certificate.thumbprint.what") })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} />}
    </span>
  );
}
