// The second step: which instance, who may reach it, which account listens, which name is proven; folded away, what else is written.
import { useState } from "react";
import type { LockstepError } from "../../../app/errors.ts";
import type { Instance } from "../../../app/santedb/instance.ts";
import { useSay } from "../../messages/language.tsx";
import { Checkbox, Field, Input, Radio, RadioGroup, Select, Spinner } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { Heading } from "../page.tsx";
import { initialForm, listensFreely, offeredAccounts, offeredSpelling, portsOf, type Scope, type SecureForm } from "./secure-form.ts";

function Choice({ title, means }: { readonly title: string; readonly means: string }) {
  return <span className="choice"><span>{title}</span><span className="dim">{means}</span></span>;
}

export function AddressStep({ instances, instance, form, accountMissing, planning, error, onChange }: {
  readonly instances: readonly Instance[];
  readonly instance: Instance;
  readonly form: SecureForm;
  readonly accountMissing: boolean;
  readonly planning: boolean;
  readonly error: LockstepError | null;
  readonly onChange: (form: SecureForm) => void;
}) {
  const say = useSay();
  const change = (part: Partial<SecureForm>) => onChange({ ...form, ...part });
  // What was chosen there is seen again after Back.
  const [more, setMore] = useState(form.clientCertificates || form.baseAddress !== "" || form.fhirBase !== "");
  const current = offeredSpelling(instance.account);
  const accounts = [...new Set([current, ...offeredAccounts])];
  const ports = portsOf(instance);
  const account = form.account === "" ? form.otherAccount.trim() : form.account;
  const accountMeans = account === "" ? undefined : say(listensFreely(account) ? "secure.address.account.free" : "secure.address.account.reserved", { account });
  return (
    <div className="stack">
      <div><Heading level={2}>{say("secure.address.title")}</Heading><p className="lead">{say("secure.address.lead")}</p></div>
      <section className="card form">
        {instances.length > 1 && (
          <Field label={say("secure.address.instance")}>
            <Select value={form.instance} onChange={(_, { value }) => {
              const chosen = instances.find(({ service }) => service === value);
              if (chosen) onChange({ ...initialForm(chosen), hostName: form.hostName });
            }}>
              {instances.map(({ name, service, product }) => <option key={service} value={service}>{name} – {say(`product.${product}`)}</option>)}
            </Select>
          </Field>
        )}
        {ports.length > 1 && (
          <Field label={say("secure.address.port")}>
            <Select value={String(form.port ?? "")} onChange={(_, { value }) => change({ port: Number(value) })}>
              {ports.map((port) => <option key={port} value={port}>{port}</option>)}
            </Select>
          </Field>
        )}
        <Field label={say("secure.address.scope")}>
          <RadioGroup value={form.scope} onChange={(_, { value }) => change({ scope: value as Scope })}>
            {(instance.host !== null && instance.host !== "0.0.0.0" && instance.host !== "127.0.0.1") && (
              <Radio value="keep" label={<Choice title={say("secure.address.keep", { host: instance.host })} means={say("secure.address.keep.means")} />} />
            )}
            <Radio value="all" label={<Choice title={say("secure.address.all")} means={say("secure.address.all.means")} />} />
            <Radio value="local" label={<Choice title={say("secure.address.local")} means={say("secure.address.local.means")} />} />
          </RadioGroup>
        </Field>
        <Field label={say("secure.address.account")} {...(accountMeans !== undefined && { hint: accountMeans })}>
          <Select value={form.account} onChange={(_, { value }) => change({ account: value })}>
            {accounts.map((each) => <option key={each} value={each}>{each === current ? say("secure.address.account.current", { account: each }) : each}</option>)}
            <option value="">{say("secure.address.account.other")}</option>
          </Select>
        </Field>
        {form.account === "" && (
          <Field label={say("secure.address.account.name")} hint={say("secure.address.account.hint")} required
            {...(accountMissing && { validationState: "error" as const, validationMessage: say("secure.address.account.needed") })}>
            <Input value={form.otherAccount} maxLength={260} spellCheck={false} autoComplete="off" onChange={(_, { value }) => change({ otherAccount: value })} />
          </Field>
        )}
        <Field label={say("secure.address.name")} hint={say("secure.address.name.hint")}>
          <Input value={form.hostName} maxLength={260} spellCheck={false} autoComplete="off" onChange={(_, { value }) => change({ hostName: value })} />
        </Field>
        <details className="folded" open={more} onToggle={(event) => setMore(event.currentTarget.open)}>
          <summary>{say("secure.more")}</summary>
          <div className="form">
            <div>
              <Checkbox className="override" checked={form.clientCertificates} label={say("secure.more.clientCertificates")} aria-describedby="client-certificates-means" onChange={(_, { checked }) => change({ clientCertificates: checked === true })} />
              <p id="client-certificates-means" className="dim choice-means">{say("secure.more.clientCertificates.means")}</p>
            </div>
            <Field label={say("secure.more.baseAddress")} hint={say("secure.more.baseAddress.hint")}>
              <Input type="url" value={form.baseAddress} maxLength={2048} spellCheck={false} autoComplete="off" placeholder="https://hie.example.org" onChange={(_, { value }) => change({ baseAddress: value })} />
            </Field>
            <Field label={say("secure.more.fhirBase")} hint={say("secure.more.fhirBase.hint")}>
              <Input type="url" value={form.fhirBase} maxLength={2048} spellCheck={false} autoComplete="off" placeholder="https://hie.example.org:8443" onChange={(_, { value }) => change({ fhirBase: value })} />
            </Field>
          </div>
        </details>
      </section>
      {planning && <Spinner size="tiny" className="start" label={say("secure.address.planning")} />}
      {error && !planning && (
        <>
          <ErrorNotice error={error} />
          {error.code === "binding-foreign" && <Checkbox checked={form.takeOver} label={say("secure.address.takeOver")} onChange={(_, { checked }) => change({ takeOver: checked === true })} />}
        </>
      )}
    </div>
  );
}
