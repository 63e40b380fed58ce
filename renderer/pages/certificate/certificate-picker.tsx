// A choice among the certificates of the machine's Personal store that have their key; a long list can be narrowed down.
import { useMemo, useState } from "react";
import { useLanguage } from "../../messages/language.tsx";
import { formatDay } from "../../messages/moment.ts";
import { Field, Input, Select, SearchIcon } from "../../ui/index.ts";
import { nameOf, type StoredCertificate } from "./certificate-list.ts";
import { matching, shownAtMost, usable } from "./certificate-choice.ts";

/** More than these are narrowed down by typing. */
const fewEnough = 12;

/** `chosen` is a thumbprint, "" for none. `none` is the text of that choice; `except` is left out. */
export function CertificatePicker({ label, hint, none, certificates, except, chosen, mistake, onChoose }: {
  readonly label: string; readonly hint?: string; readonly none: string; readonly certificates: readonly StoredCertificate[]; readonly except?: string;
  readonly chosen: string; readonly mistake: string | null; readonly onChoose: (thumbprint: string) => void;
}) {
  const { say, tag } = useLanguage();
  const [text, setText] = useState("");
  const offered = useMemo(() => usable(certificates).filter(({ thumbprint }) => thumbprint !== except), [certificates, except]);
  const found = useMemo(() => matching(offered, text), [offered, text]);
  const shown = found.slice(0, shownAtMost);
  const current = offered.find(({ thumbprint }) => thumbprint === chosen);
  const options = current && !shown.includes(current) ? [current, ...shown] : shown;
  return (
    <>
      {offered.length > fewEnough && (
        <Field label={say("picker.narrow")} hint={say("picker.count", { count: found.length })}>
          <Input type="search" value={text} contentBefore={<SearchIcon />} onChange={(_, { value }) => setText(value)} onKeyDown={(event) => { if (event.key === "Enter") event.preventDefault(); }} />
        </Field>
      )}
      <Field label={label} {...(hint !== undefined && { hint })} {...(mistake !== null && { validationState: "error" as const, validationMessage: mistake })}>
        <Select value={chosen} onChange={(_, { value }) => onChoose(value)}>
          <option value="">{offered.length === 0 ? say("picker.nothing") : none}</option>
          {options.map((certificate) => (
            <option key={certificate.thumbprint} value={certificate.thumbprint}>
              {say("picker.option", { name: nameOf(certificate), date: formatDay(certificate.notAfter, tag), thumbprint: certificate.thumbprint.slice(0, 8) })}
            </option>
          ))}
        </Select>
      </Field>
    </>
  );
}
