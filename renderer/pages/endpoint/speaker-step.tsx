// The second step on a Linux machine: who speaks TLS, and the site before the instance or the addresses of the instance itself.
import { useState, type ReactNode } from "react";
import type { Certificate } from "../../../app/certificates/certificate.ts";
import type { LockstepError } from "../../../app/errors.ts";
import type { Host } from "../../../app/host.ts";
import type { Instance } from "../../../app/santedb/instance.ts";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import type { Say } from "../../messages/message.ts";
import { Checkbox, Field, Input, Notice, Radio, RadioGroup, Select, Spinner, Textarea } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { Heading } from "../page.tsx";
import { portsOf, type Scope } from "./secure-form.ts";
import {
  answersOthers, baseAddressOf, changesFolded, foldedFields, initialSpeakerForm, kindOf, recommendedHttps, siteDefaults, uncovered, type Speaker, type SpeakerFault, type SpeakerForm,
} from "./speaker-form.ts";

const loadProxy = (host: Host) => host.proxy.state({});

function faultText(fault: SpeakerFault, say: Say): string {
  switch (fault.field) {
    case "by": return say("speaker.fault.key", { key: fault.keyType });
    case "serverNames":
      switch (fault.fault) {
        case "missing": return say("speaker.fault.names");
        case "name": return say("speaker.fault.name", { name: fault.name });
        case "address": return say("speaker.fault.nameIsAddress", { name: fault.name });
      }
      break;
    case "httpsPort": return say("speaker.fault.port");
    case "redirectPort": return say(fault.fault === "port" ? "speaker.fault.port" : "speaker.fault.samePort");
    case "baseAddress": return say("speaker.fault.baseAddress");
    case "authorities": return say("speaker.fault.authorities");
    case "bodyMegabytes": return say("speaker.fault.number", { from: 1, to: 10_240 });
    case "timeoutSeconds": return say("speaker.fault.number", { from: 1, to: 86_400 });
    case "listenOn": return say("speaker.fault.address", { name: fault.name });
  }
}

interface Part {
  readonly form: SpeakerForm;
  readonly instance: Instance;
  readonly change: (part: Partial<SpeakerForm>) => void;
  /** What the field says where it is wrong. */
  readonly wrong: (field: SpeakerFault["field"]) => { readonly validationState: "error"; readonly validationMessage: string } | Record<string, never>;
}

function Choice({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return <span className="choice"><span>{title}</span>{children}</span>;
}

function Means({ lines }: { readonly lines: readonly string[] }) {
  return lines.map((line) => <span key={line} className="dim">{line}</span>);
}

/** A box to tick with what it means below. */
function Tick({ name, checked, label, means, onChange }: { readonly name: string; readonly checked: boolean; readonly label: string; readonly means?: string; readonly onChange: (checked: boolean) => void }) {
  return (
    <div>
      <Checkbox className="override" checked={checked} label={label} {...(means !== undefined && { "aria-describedby": `${name}-means` })} onChange={(_, data) => onChange(data.checked === true)} />
      {means !== undefined && <p id={`${name}-means`} className="dim choice-means">{means}</p>}
    </div>
  );
}

function SiteFields({ form, instance, certificate, change, wrong }: Part & { readonly certificate: Certificate | undefined }) {
  const say = useSay();
  const kind = kindOf(instance);
  const strange = certificate ? uncovered(form, certificate) : [];
  const others = answersOthers(instance);
  const namesState = wrong("serverNames");
  return (
    <>
      <Field label={say("speaker.names")} hint={say("speaker.names.hint")} required
        {...(strange.length > 0 && { validationState: "warning" as const, validationMessage: say("speaker.names.uncovered", { names: strange.join(", ") }) })} {...namesState}>
        <Textarea value={form.serverNames} rows={2} maxLength={8192} spellCheck={false} autoComplete="off" onChange={(_, { value }) => change({ serverNames: value })} />
      </Field>
      <Field label={say("speaker.port")} hint={say("speaker.port.hint", { product: say(`product.${instance.product}`), port: String(recommendedHttps[kind]) })} required {...wrong("httpsPort")}>
        <Input className="number-field" value={form.httpsPort} maxLength={6} inputMode="numeric" autoComplete="off" onChange={(_, { value }) => change({ httpsPort: value })} />
      </Field>
      <div className="with-field">
        <Tick name="redirects" checked={form.redirects} label={say("speaker.redirect")} onChange={(redirects) => change({ redirects })} />
        {form.redirects && (
          <Field label={say("speaker.redirectPort")} {...wrong("redirectPort")}>
            <Input className="number-field" value={form.redirectPort} maxLength={6} inputMode="numeric" autoComplete="off" onChange={(_, { value }) => change({ redirectPort: value })} />
          </Field>
        )}
      </div>
      {others && (
        <Field label={say("speaker.behind")}>
          <RadioGroup value={form.hides ? "local" : "keep"} onChange={(_, { value }) => change({ hides: value === "local" })}>
            <Radio value="local" label={<Choice title={say("speaker.behind.local")}><Means lines={[say("speaker.behind.local.means")]} /></Choice>} />
            <Radio value="keep" label={<Choice title={say("speaker.behind.keep", { host: instance.host ?? "0.0.0.0" })}><Means lines={[say("speaker.behind.keep.means", { port: String(form.port ?? instance.port ?? "") })]} /></Choice>} />
          </RadioGroup>
        </Field>
      )}
      <div className="with-field">
        <Tick name="tells" checked={form.tellsAddress} label={say("speaker.tells")} means={say("speaker.tells.means")} onChange={(tellsAddress) => change({ tellsAddress })} />
        {form.tellsAddress && (
          <Field label={say("speaker.baseAddress")} {...wrong("baseAddress")}>
            <Input type="url" value={form.baseAddress ?? baseAddressOf(form)} maxLength={2048} spellCheck={false} autoComplete="off" onChange={(_, { value }) => change({ baseAddress: value })} />
          </Field>
        )}
      </div>
    </>
  );
}

function MoreOfSite({ form, change, wrong }: Part) {
  const say = useSay();
  return (
    <>
      <Tick name="hsts" checked={form.hsts} label={say("speaker.hsts")} means={say("speaker.hsts.means")} onChange={(hsts) => change({ hsts })} />
      <Tick name="web-socket" checked={form.webSocket} label={say("speaker.webSocket")} means={say("speaker.webSocket.means")} onChange={(webSocket) => change({ webSocket })} />
      <Tick name="http2" checked={form.http2} label={say("speaker.http2")} means={say("speaker.http2.means")} onChange={(http2) => change({ http2 })} />
      <Field label={say("speaker.clients")}>
        <Select value={form.clients} onChange={(_, { value }) => change({ clients: value as SpeakerForm["clients"] })}>
          {(["none", "optional", "required"] as const).map((each) => <option key={each} value={each}>{say(`speaker.clients.${each}`)}</option>)}
        </Select>
      </Field>
      {form.clients !== "none" && (
        <Field label={say("speaker.authorities")} hint={say("speaker.authorities.hint")} required {...wrong("authorities")}>
          <Input value={form.authorities} maxLength={4096} spellCheck={false} autoComplete="off" placeholder="/etc/nginx/client-authorities.pem" onChange={(_, { value }) => change({ authorities: value })} />
        </Field>
      )}
      <Field label={say("speaker.body")} hint={say("speaker.body.hint", { usual: siteDefaults.bodyMegabytes })} {...wrong("bodyMegabytes")}>
        <Input className="number-field" value={form.bodyMegabytes} maxLength={6} inputMode="numeric" autoComplete="off" onChange={(_, { value }) => change({ bodyMegabytes: value })} />
      </Field>
      <Field label={say("speaker.timeout")} hint={say("speaker.timeout.hint", { usual: siteDefaults.timeoutSeconds })} {...wrong("timeoutSeconds")}>
        <Input className="number-field" value={form.timeoutSeconds} maxLength={6} inputMode="numeric" autoComplete="off" onChange={(_, { value }) => change({ timeoutSeconds: value })} />
      </Field>
      <Field label={say("speaker.listenOn")} hint={say("speaker.listenOn.hint")} {...wrong("listenOn")}>
        <Input value={form.listenOn} maxLength={1100} spellCheck={false} autoComplete="off" onChange={(_, { value }) => change({ listenOn: value })} />
      </Field>
    </>
  );
}

function MonoFields({ form, instance, change }: Part) {
  const say = useSay();
  return (
    <>
      <Field label={say("secure.address.scope")}>
        <RadioGroup value={form.scope} onChange={(_, { value }) => change({ scope: value as Scope })}>
          {instance.host !== null && instance.host !== "0.0.0.0" && instance.host !== "127.0.0.1" && (
            <Radio value="keep" label={<Choice title={say("secure.address.keep", { host: instance.host })}><Means lines={[say("secure.address.keep.means")]} /></Choice>} />
          )}
          <Radio value="all" label={<Choice title={say("secure.address.all")}><Means lines={[say("secure.address.all.means")]} /></Choice>} />
          <Radio value="local" label={<Choice title={say("secure.address.local")}><Means lines={[say("speaker.mono.local.means")]} /></Choice>} />
        </RadioGroup>
      </Field>
      <Field label={say("secure.address.name")} hint={say("secure.address.name.hint")}>
        <Input value={form.hostName} maxLength={260} spellCheck={false} autoComplete="off" onChange={(_, { value }) => change({ hostName: value })} />
      </Field>
    </>
  );
}

/** `tried` is whether the person wanted to go on, so that what is wrong is said. */
export function SpeakerStep({ instances, instance, form, certificate, faults, tried, planning, error, onChange }: {
  readonly instances: readonly Instance[];
  readonly instance: Instance;
  readonly form: SpeakerForm;
  readonly certificate: Certificate | undefined;
  readonly faults: readonly SpeakerFault[];
  readonly tried: boolean;
  readonly planning: boolean;
  readonly error: LockstepError | null;
  readonly onChange: (form: SpeakerForm) => void;
}) {
  const say = useSay();
  const change = (part: Partial<SpeakerForm>) => onChange({ ...form, ...part });
  // What was chosen there is seen again after Back, and so is what is wrong there.
  const [opened, setOpened] = useState(() => changesFolded(form));
  const more = opened || (tried && faults.some(({ field }) => foldedFields.includes(field)));
  const ports = portsOf(instance);
  const wrong: Part["wrong"] = (field) => {
    const fault = tried ? faults.find((each) => each.field === field) : undefined;
    return fault ? { validationState: "error", validationMessage: faultText(fault, say) } : {};
  };
  const proxy = useLoaded(loadProxy, true);
  const nginx = proxy.state === "ready" ? proxy.value.nginx : null;
  const refusal = faults.find(({ field }) => field === "by");
  const part: Part = { form, instance, change, wrong };
  return (
    <div className="stack">
      <div><Heading level={2}>{say("speaker.title")}</Heading><p className="lead">{say("secure.address.lead")}</p></div>
      <section className="card form">
        {instances.length > 1 && (
          <Field label={say("secure.address.instance")}>
            <Select value={form.instance} onChange={(_, { value }) => {
              const chosen = instances.find(({ service }) => service === value);
              if (chosen) onChange({ ...initialSpeakerForm(chosen), by: form.by, serverNames: form.serverNames, hostName: form.hostName });
            }}>
              {instances.map(({ name, service, product }) => <option key={service} value={service}>{name} – {say(`product.${product}`)}</option>)}
            </Select>
          </Field>
        )}
        {ports.length > 1 && (
          <Field label={say("speaker.instancePort")}>
            <Select value={String(form.port ?? "")} onChange={(_, { value }) => change({ port: Number(value) })}>
              {ports.map((port) => <option key={port} value={port}>{port}</option>)}
            </Select>
          </Field>
        )}
        <Field className="wide-field" label={say("speaker.by")}>
          <RadioGroup value={form.by} onChange={(_, { value }) => change({ by: value as Speaker })}>
            <Radio value="nginx" label={<Choice title={say("speaker.nginx")}><Means lines={[say("speaker.nginx.means.tls"), say("speaker.nginx.means.instance"), ...(nginx ? [say(nginx.running ? "speaker.nginx.here" : "speaker.nginx.stopped", { version: nginx.version })] : [])]} /></Choice>} />
            <Radio value="mono" label={<Choice title={say("speaker.mono")}><Means lines={[say("speaker.mono.means.tls"), say("speaker.mono.means.instance")]} /></Choice>} />
          </RadioGroup>
        </Field>
        {refusal && <Notice intent="error" title={faultText(refusal, say)} announce><p>{say("speaker.fault.key.hint")}</p></Notice>}
        {form.by === "nginx" && proxy.state === "ready" && nginx === null && <Notice intent="warning" title={say("speaker.nginx.absent")}><p>{proxy.value.reason ?? say("speaker.nginx.absent.hint")}</p></Notice>}
        {form.by === "nginx" ? <SiteFields {...part} certificate={certificate} /> : !refusal && <MonoFields {...part} />}
        {!refusal && (
          <details className="folded" open={more} onToggle={(event) => setOpened(event.currentTarget.open)}>
            <summary>{say("secure.more")}</summary>
            <div className="form">
              {form.by === "nginx" ? <MoreOfSite {...part} />
                : <Tick name="client-certificates" checked={form.clientCertificates} label={say("secure.more.clientCertificates")} means={say("secure.more.clientCertificates.means")} onChange={(clientCertificates) => change({ clientCertificates })} />}
              <Field label={say("secure.more.fhirBase")} hint={say("secure.more.fhirBase.hint")}>
                <Input type="url" value={form.fhirBase} maxLength={2048} spellCheck={false} autoComplete="off" placeholder="https://hie.example.org:8443" onChange={(_, { value }) => change({ fhirBase: value })} />
              </Field>
            </div>
          </details>
        )}
      </section>
      {planning && <Spinner size="tiny" className="start" label={say("secure.address.planning")} />}
      {error && !planning && <ErrorNotice error={error} />}
    </div>
  );
}
