// The fields of a site: those that every site needs, and folded away those that few do.
import type { ReactElement } from "react";
import type { Instance } from "../../../app/santedb/instance.ts";
import { useSay } from "../../messages/language.tsx";
import type { MessageKey, Say } from "../../messages/message.ts";
import { Button, Checkbox, Field, Input, Radio, RadioGroup, Textarea } from "../../ui/index.ts";
import { changedSettings, entriesIn, recommended, type Fault, type FieldName, type Faults, type SiteForm } from "./site-form.ts";
import { upstreamsOf } from "./offered-upstreams.ts";

const missingKeys = {
  names: "newSite.missing.names", upstreams: "newSite.missing.upstreams", certificate: "newSite.missing.certificate", key: "newSite.missing.key", authorities: "newSite.missing.authorities",
} as const satisfies Partial<Record<FieldName, MessageKey>>;

export function faultText(field: FieldName, fault: Fault, say: Say): string {
  switch (fault.kind) {
    case "missing": return say(field in missingKeys ? missingKeys[field as keyof typeof missingKeys] : "newSite.missing.names");
    case "many": return say("newSite.fault.many", { limit: fault.limit });
    case "long": return say("newSite.fault.long", { limit: fault.limit });
    case "number": return say("newSite.fault.number", { from: String(fault.from), to: String(fault.to) });
  }
}

/** What is to be said at each field; null for nothing. */
export type Mistakes = (field: FieldName) => string | null;

export interface FieldsProps { readonly form: SiteForm; readonly mistakeOf: Mistakes; readonly onChange: (part: Partial<SiteForm>) => void }

/** What is missing is only said once it was `asked` for; what is wrong, at once. */
export function mistakesOf(faults: Faults, refusal: { readonly field: FieldName | null; readonly text: string } | null, asked: boolean, say: Say): Mistakes {
  return (field) => {
    const fault = faults[field];
    if (fault) return fault.kind === "missing" && !asked ? null : faultText(field, fault, say);
    return refusal?.field === field ? refusal.text : null;
  };
}

/** A field by whose name the page finds it when something is wrong with it. */
export function SiteField({ name, label, hint, required = false, mistake, children }: {
  readonly name: FieldName; readonly label: string; readonly hint?: string; readonly required?: boolean; readonly mistake: string | null; readonly children: ReactElement;
}) {
  return (
    <div data-field={name}>
      <Field label={label} required={required} {...(hint !== undefined && { hint })} {...(mistake !== null && { validationState: "error" as const, validationMessage: mistake })}>{children}</Field>
    </div>
  );
}

function Lines({ value, rows, placeholder, onChange }: { readonly value: string; readonly rows: number; readonly placeholder: string; readonly onChange: (value: string) => void }) {
  return <Textarea className="lines" rows={Math.min(8, Math.max(rows, value.split("\n").length))} value={value} spellCheck={false} autoComplete="off" placeholder={placeholder} onChange={(_, data) => onChange(data.value)} />;
}

function Path({ value, placeholder, onChange }: { readonly value: string; readonly placeholder: string; readonly onChange: (value: string) => void }) {
  return <Input className="mono" value={value} maxLength={4096} spellCheck={false} autoComplete="off" placeholder={placeholder} onChange={(_, data) => onChange(data.value)} />;
}

export function NameFields({ form, mistakeOf, instances, onChange }: FieldsProps & { readonly instances: readonly Instance[] }) {
  const say = useSay();
  const offered = form.upstreams.trim() === "" ? upstreamsOf(instances) : [];
  return (
    <>
      <Field label={say("newSite.kind")}>
        <RadioGroup layout="horizontal" value={form.kind} onChange={(_, { value }) => onChange({ kind: value === "dcdr" ? "dcdr" : "icdr" })}>
          <Radio value="icdr" label={say("newSite.kind.icdr")} />
          <Radio value="dcdr" label={say("newSite.kind.dcdr")} />
        </RadioGroup>
      </Field>
      <SiteField name="names" required label={say("newSite.names")} hint={say("newSite.names.hint")} mistake={mistakeOf("names")}>
        <Lines value={form.names} rows={1} placeholder="hie.example.org" onChange={(names) => onChange({ names })} />
      </SiteField>
      <div className="with-offers">
        <SiteField name="upstreams" required label={say("newSite.upstreams")} hint={say("newSite.upstreams.hint")} mistake={mistakeOf("upstreams")}>
          <Lines value={form.upstreams} rows={1} placeholder={form.kind === "icdr" ? "http://127.0.0.1:8080" : "http://127.0.0.1:9200"} onChange={(upstreams) => onChange({ upstreams })} />
        </SiteField>
        {offered.length > 0 && (
          <div className="row offers" role="group" aria-label={say("newSite.offers")}>
            {offered.map(({ name, address, kind }) => <Button key={`${name} ${address}`} size="small" onClick={() => onChange({ upstreams: address, kind })}>{say("newSite.offer", { name, address })}</Button>)}
          </div>
        )}
      </div>
    </>
  );
}

export function PortFields({ form, mistakeOf, onChange }: FieldsProps) {
  const say = useSay();
  return (
    <div className="field-pair">
      <SiteField name="port" label={say("newSite.port")} hint={say("newSite.port.hint", { port: String(recommended.port[form.kind]) })} mistake={mistakeOf("port")}>
        <Input inputMode="numeric" value={form.port} maxLength={6} autoComplete="off" placeholder={String(recommended.port[form.kind])} onChange={(_, { value }) => onChange({ port: value })} />
      </SiteField>
      <div>
        <SiteField name="redirectFrom" label={say("newSite.redirectFrom")} {...(form.redirects && { hint: say("newSite.redirectFrom.hint") })} mistake={mistakeOf("redirectFrom")}>
          <Input inputMode="numeric" disabled={!form.redirects} value={form.redirects ? form.redirectFrom : ""} maxLength={6} autoComplete="off" placeholder={form.redirects ? String(recommended.redirectFrom) : say("newSite.redirectFrom.none")} onChange={(_, { value }) => onChange({ redirectFrom: value })} />
        </SiteField>
        <Checkbox className="override" checked={!form.redirects} label={say("newSite.noRedirect")} onChange={(_, { checked }) => onChange({ redirects: checked !== true })} />
      </div>
    </div>
  );
}

function Choice({ id, label, means, checked, onChange }: { readonly id: string; readonly label: string; readonly means: string; readonly checked: boolean; readonly onChange: (checked: boolean) => void }) {
  return (
    <div>
      <Checkbox className="override" checked={checked} label={label} aria-describedby={`${id}-means`} onChange={(_, data) => onChange(data.checked === true)} />
      <p id={`${id}-means`} className="dim choice-means">{means}</p>
    </div>
  );
}

/** `version` is that of the machine's NGINX; `open` whether they are unfolded. */
export function MoreFields({ form, mistakeOf, version, open, onOpen, onChange }: FieldsProps & { readonly version: string | null; readonly open: boolean; readonly onOpen: (open: boolean) => void }) {
  const say = useSay();
  const changed = changedSettings(form);
  const [upstream = "http://127.0.0.1:8080"] = entriesIn(form.upstreams);
  return (
    <details className="folded" open={open} onToggle={(event) => onOpen(event.currentTarget.open)}>
      <summary>{changed > 0 ? say("newSite.more.changed", { count: changed }) : say("newSite.more")}</summary>
      <div className="more-fields">
        <Choice id="hsts" label={say("newSite.hsts")} means={say("newSite.hsts.means")} checked={form.hsts} onChange={(hsts) => onChange({ hsts })} />
        <Choice id="websocket" label={say("newSite.webSocket")} means={say("newSite.webSocket.means")} checked={form.webSocket} onChange={(webSocket) => onChange({ webSocket })} />
        <Choice id="http2" label={say("newSite.http2")} means={say("newSite.http2.means")} checked={form.http2} onChange={(http2) => onChange({ http2 })} />
        <Choice id="client-certificates" label={say("newSite.clientCertificates")} means={say("newSite.clientCertificates.means")} checked={form.clientCertificates} onChange={(clientCertificates) => onChange({ clientCertificates })} />
        {form.clientCertificates && (
          <div className="indented">
            <SiteField name="authorities" required label={say("newSite.authorities")} hint={say("newSite.authorities.hint")} mistake={mistakeOf("authorities")}>
              <Path value={form.authorities} placeholder="/etc/ssl/clinic/client-authorities.pem" onChange={(authorities) => onChange({ authorities })} />
            </SiteField>
            <Choice id="required" label={say("newSite.required")} means={say("newSite.required.means")} checked={form.required} onChange={(required) => onChange({ required })} />
          </div>
        )}
        <div className="field-pair">
          <SiteField name="bodyMegabytes" label={say("newSite.body")} hint={say("newSite.body.hint")} mistake={mistakeOf("bodyMegabytes")}>
            <Input inputMode="numeric" value={form.bodyMegabytes} maxLength={6} autoComplete="off" placeholder={String(recommended.bodyMegabytes)} contentAfter="MB" onChange={(_, { value }) => onChange({ bodyMegabytes: value })} />
          </SiteField>
          <SiteField name="timeoutSeconds" label={say("newSite.timeout")} hint={say("newSite.timeout.hint")} mistake={mistakeOf("timeoutSeconds")}>
            <Input inputMode="numeric" value={form.timeoutSeconds} maxLength={6} autoComplete="off" placeholder={String(recommended.timeoutSeconds)} contentAfter="s" onChange={(_, { value }) => onChange({ timeoutSeconds: value })} />
          </SiteField>
        </div>
        <SiteField name="listenOn" label={say("newSite.listenOn")} hint={say("newSite.listenOn.hint")} mistake={mistakeOf("listenOn")}>
          <Lines value={form.listenOn} rows={1} placeholder={say("newSite.listenOn.all")} onChange={(listenOn) => onChange({ listenOn })} />
        </SiteField>
        <SiteField name="upstreamHost" label={say("newSite.upstreamHost")} hint={say("newSite.upstreamHost.hint")} mistake={mistakeOf("upstreamHost")}>
          <Input className="mono" value={form.upstreamHost} maxLength={260} spellCheck={false} autoComplete="off" placeholder={upstream.replace(/^https?:\/\//, "")} onChange={(_, { value }) => onChange({ upstreamHost: value })} />
        </SiteField>
        <SiteField name="nginxVersion" label={say("newSite.version")} hint={say(version === null ? "newSite.version.hint" : "newSite.version.here")} mistake={mistakeOf("nginxVersion")}>
          <Input className="mono" value={form.nginxVersion} maxLength={32} spellCheck={false} autoComplete="off" placeholder={version ?? "1.19.4"} onChange={(_, { value }) => onChange({ nginxVersion: value })} />
        </SiteField>
      </div>
    </details>
  );
}

export function PathFields({ form, mistakeOf, onChange }: FieldsProps) {
  const say = useSay();
  return (
    <>
      <SiteField name="certificate" required label={say("newSite.certificate")} hint={say("newSite.certificate.hint")} mistake={mistakeOf("certificate")}>
        <Path value={form.certificate} placeholder="/etc/ssl/clinic/hie.chain.pem" onChange={(certificate) => onChange({ certificate })} />
      </SiteField>
      <SiteField name="key" required label={say("newSite.key")} hint={say("newSite.key.hint")} mistake={mistakeOf("key")}>
        <Path value={form.key} placeholder="/etc/ssl/clinic/hie.key.pem" onChange={(key) => onChange({ key })} />
      </SiteField>
    </>
  );
}
