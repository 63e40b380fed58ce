// The form that binds a certificate to an endpoint, or changes what is bound there.
import { useState } from "react";
import type { Binding } from "../../../app/http-sys/binding.ts";
import { useSay } from "../../messages/language.tsx";
import { Checkbox, Field, Input } from "../../ui/index.ts";
import type { StoredCertificate } from "../certificate/certificate-list.ts";
import { CertificatePicker } from "../certificate/certificate-picker.tsx";
import { FormDialog, useFormDialog } from "../plan/form-dialog.tsx";
import type { PlanRequest } from "../plan/plan-dialog.tsx";
import { initialForm, missingIn, needsCertificate, offeredFlags, requestOf, type BindingForm } from "./binding-form.ts";
import { setRequest } from "./requests.ts";

interface Dialog { readonly open: boolean; readonly onPlanned: (request: PlanRequest) => void; readonly onClose: () => void }

/** What a form begins with: the record that is changed, null for a new one; and whether another product's may be. */
export interface BindingStart { readonly binding: Binding | null; readonly takeOver: boolean }

function BindingDialog({ start: { binding, takeOver }, certificates, dialog }: { readonly start: BindingStart; readonly certificates: readonly StoredCertificate[]; readonly dialog: Dialog }) {
  const say = useSay();
  const [form, setForm] = useState(() => initialForm(binding));
  const [asked, setAsked] = useState(false);
  const change = (part: Partial<BindingForm>) => setForm({ ...form, ...part });
  const missing = asked ? missingIn(form, binding) : null;
  const answer = () => {
    setAsked(true);
    return missingIn(form, binding) === null ? setRequest(say, requestOf(form, binding, takeOver), binding !== null) : null;
  };
  const mistake = (of: NonNullable<typeof missing>) => (missing === of ? say(`binding.missing.${of}`) : null);
  const endpointMissing = mistake("endpoint");
  return (
    <FormDialog {...dialog} title={binding ? say("binding.form.change", { endpoint: binding.endpoint }) : say("binding.form.add")} answer={answer}
      objection={({ code }) => (code === "binding-foreign" ? <Checkbox checked={form.takeOver} label={say("secure.address.takeOver")} onChange={(_, { checked }) => change({ takeOver: checked === true })} /> : null)}>
      {!binding && (
        <Field label={say("bound.column.endpoint")} hint={say("binding.form.endpoint.hint")} {...(endpointMissing !== null && { validationState: "error" as const, validationMessage: endpointMissing })}>
          <Input className="mono" value={form.endpoint} maxLength={300} spellCheck={false} autoComplete="off" placeholder="0.0.0.0:9200" onChange={(_, { value }) => change({ endpoint: value })} />
        </Field>
      )}
      {(binding ? binding.family !== "ccs" : needsCertificate(form.endpoint) || form.endpoint === "") ? (
        <CertificatePicker label={say("bound.column.certificate")} hint={say("picker.hint")} none={say(binding ? "binding.form.keep" : "picker.choose")} certificates={certificates}
          {...(binding && binding.thumbprint !== null && { except: binding.thumbprint })}
          chosen={form.certificate} mistake={mistake("certificate") ?? mistake("change")} onChoose={(certificate) => change({ certificate })} />
      ) : <p className="dim">{say("binding.form.central")}</p>}
      <fieldset className="choices">
        <legend>{say("bound.column.settings")}</legend>
        {offeredFlags.map((name) => (
          <Checkbox key={name} checked={form.flags[name]} onChange={(_, { checked }) => change({ flags: { ...form.flags, [name]: checked === true } })}
            label={<span className="choice"><span>{say(`setting.${name}`)}</span><span className="dim">{say(`binding.form.${name}`)}</span></span>} />
        ))}
      </fieldset>
    </FormDialog>
  );
}

/** Opens the form, and after it the review. */
export function useBindingDialog(elevates: boolean, certificates: readonly StoredCertificate[]) {
  return useFormDialog<BindingStart>(elevates, (start, dialog) => <BindingDialog start={start} certificates={certificates} dialog={dialog} />);
}
