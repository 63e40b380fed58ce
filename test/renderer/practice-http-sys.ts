// The HTTP.sys of the stand-in machine: records and reservations in memory, explained and checked by the program's own rules.
import type { PlanView } from "../../app/contract.ts";
import { problem } from "../../app/errors.ts";
import type { Implementation } from "../../app/host.ts";
import { applicationName, isSanteDb, santeDbApplicationId } from "../../app/http-sys/application.ts";
import { bindingOf } from "../../app/http-sys/binding-transcript.ts";
import { familyOf, type Binding } from "../../app/http-sys/binding.ts";
import { answerFindings, answerFor, readQuestion } from "../../app/http-sys/explanation.ts";
import { listenFindings } from "../../app/http-sys/listen-list.ts";
import { indexBindings } from "../../app/http-sys/precedence.ts";
import { checkReservations } from "../../app/http-sys/reservation-check.ts";
import type { Reservation } from "../../app/http-sys/reservation.ts";
import { accountsOf, formatSddl } from "../../app/http-sys/sddl.ts";
import { readTranscript } from "../../app/http-sys/transcript.ts";
import { viewOf } from "../../app/plan/view.ts";
import type { Instance } from "../../app/santedb/instance.ts";
import { finding, hexadecimal, offered, operation, proofOf, soon, type HeldPlan, type Scenario } from "./practice-host.ts";

interface Parts {
  readonly scenario: Scenario;
  readonly instances: () => readonly Instance[];
  readonly hold: (plan: HeldPlan) => void;
  readonly nextId: () => string;
  /** Called when every record of one certificate names another. */
  readonly replaced: (old: string) => void;
}

const iis = "{4DC3E181-E14B-4A21-B022-59FC669B0914}";
const record = (endpoint: string, thumbprint: string | null, part: Partial<Binding> = {}): Binding => ({
  endpoint, family: familyOf(endpoint) ?? "ip", thumbprint, applicationId: santeDbApplicationId, application: "SanteDB", store: "MY", flags: {}, ...part,
});

const reserved = (url: string, sddl: string): Reservation => ({ url, sddl, accounts: accountsOf(sddl) });

/** The records of secured instances; with `bindings: "tangled"` also stale, foreign and strange ones; thousands on request. */
function recordsOf(scenario: Scenario, instances: readonly Instance[]): Binding[] {
  const plain = instances.flatMap(({ certificate, port }) => (certificate && port !== null ? [record(`0.0.0.0:${port}`, certificate.thumbprint)] : []));
  switch (scenario.bindings ?? "plain") {
    case "none": return [];
    case "plain": return plain;
    case "tangled": return [
      ...plain,
      record("0.0.0.0:9200", offered.thumbprint, { flags: { clientcertnegotiation: true, disabletls13: true, sslctlstorename: "ClientAuthIssuer" } }),
      record("[::]:9200", soon.thumbprint, { flags: { revocationfreshnesstime: 3600 } }),
      record("clinic-7.example.org:9200", soon.thumbprint, { unsettable: { flags: 0, checkMode: 0, properties: [0, 1] } }),
      record("0.0.0.0:443", hexadecimal(17, 40), { applicationId: iis, application: applicationName(iis) }),
      record("hie.example.org:443", null, { thumbprint: hexadecimal(19, 64), applicationId: "{9B6E0F4C-2C0D-4C7A-9C57-4E1B5C0F5A11}", application: null }),
      record("8443", null),
    ].filter((one, index, all) => all.findLastIndex(({ endpoint }) => endpoint === one.endpoint) === index);
    case "many": return Array.from({ length: 5000 }, (_, index) => record(index % 3 === 0 ? `0.0.0.0:${10_000 + index}` : index % 3 === 1 ? `[::]:${10_000 + index}` : `site-${index}.example.org:${10_000 + index}`, hexadecimal(index, 40)));
  }
}

/** Who a service runs as. `moved` puts it under a service account. */
const accountOf = (account: string, moved: boolean) => (moved ? { account: "NT AUTHORITY\\NetworkService", accountSid: "S-1-5-20" } : { account, accountSid: /NETWORK/i.test(account) ? "S-1-5-20" : "S-1-5-18" });

export function practiceHttpSys({ scenario, instances, hold, nextId, replaced }: Parts): Pick<Implementation, "binding" | "reservation" | "listenList" | "transcript"> & { readonly planReplaceCertificate: Implementation["endpoint"]["planReplaceCertificate"]; readonly boundTo: (thumbprint: string) => readonly string[] } {
  const tangled = scenario.bindings === "tangled";
  let own = recordsOf(scenario, instances());
  const changed = new Set<string>();
  let reservations: Reservation[] = [
    reserved("http://*:5357/", "D:(A;;GX;;;BU)(A;;GX;;;LS)"), reserved("http://+:80/Temporary_Listen_Addresses/", "D:(A;;GX;;;WD)"),
    ...(tangled ? [reserved("http://+:9200/", "D:(A;;GX;;;NS)"), reserved("https://+:9300/", "D:(A;;GX;;;S-1-5-21-1-2-3-1004)(A;;GA;;;NS)")] : []),
  ];
  // What other plans secured since is bound as well.
  const bindings = (): Binding[] => [
    ...own, ...instances().flatMap(({ certificate, port }) => (certificate && port !== null && !changed.has(`0.0.0.0:${port}`) && !own.some(({ endpoint }) => endpoint === `0.0.0.0:${port}`) ? [record(`0.0.0.0:${port}`, certificate.thumbprint)] : [])),
  ];
  const planned = (title: string, operations: PlanView["operations"], part: Partial<PlanView>, succeed: () => void): Promise<PlanView> => {
    const view: PlanView = { planId: nextId(), title, outcome: operations.length === 0 ? "unchanged" : "planned", files: [], operations: [...operations], findings: [], certificate: null, verified: [], ...part };
    hold({ view, succeed: () => { succeed(); return view.certificate ? proofOf(9200, null, view.certificate.thumbprint) : []; } });
    return Promise.resolve(view);
  };
  const refuseForeign = (previous: Binding | undefined, takeOver: boolean | undefined): void => {
    if (previous && !isSanteDb(previous.applicationId) && takeOver !== true) throw problem("binding-foreign", { endpoint: previous.endpoint, owner: previous.application ?? `another application, ${previous.applicationId}` });
  };
  const set = (previous: Binding | undefined, next: Binding) => viewOf({ kind: "binding.set", previous: previous ?? null, next });
  const store = (next: Binding): void => {
    own = [...bindings().filter(({ endpoint }) => endpoint !== next.endpoint), next];
  };

  return {
    boundTo: (thumbprint) => bindings().filter((binding) => binding.thumbprint === thumbprint).map(({ endpoint }) => endpoint),
    binding: {
      list: () => Promise.resolve(bindings()),
      explain: async ({ target, serverName, transcript }) => {
        const { kind, host, port } = readQuestion(target);
        const index = indexBindings(transcript === undefined ? bindings() : readTranscript(transcript).bindings.map(bindingOf));
        const name = kind === "name" ? host : serverName ?? null;
        const seen = (kind === "address" ? [host] : ["127.0.0.1", "::1"]).map((address) => answerFor(index, address, port, name));
        const answers = seen.map(({ answer }) => answer);
        const [first] = seen;
        if (!first) throw new Error("there is always one address");
        const { binding, answer } = first;
        return Promise.resolve({
          ...answer, binding, certificate: [offered, soon].find(({ thumbprint }) => thumbprint === answer.thumbprint) ?? null,
          answers, findings: [...answerFindings(answers, [])],
        });
      },
      planSet: async ({ endpoint, certificate, flags, takeOver }) => {
        if (familyOf(endpoint) === null) throw problem("input-invalid", { problem: `${endpoint} is no endpoint of a binding: write 0.0.0.0:9200, [::]:9200, name:443, or a port alone for the central store.` });
        const previous = bindings().find((binding) => binding.endpoint === endpoint);
        refuseForeign(previous, takeOver);
        const next = record(endpoint, certificate ?? previous?.thumbprint ?? null, { ...previous, thumbprint: certificate ?? previous?.thumbprint ?? null, flags: { ...previous?.flags, ...flags } });
        return planned(previous ? `Change the binding of ${endpoint}` : `Bind ${endpoint} to clinic-7.example.org`, [set(previous, next), operation("verify.tls", `Prove that ${endpoint.replace("0.0.0.0", "127.0.0.1")} presents this certificate`)], { certificate: offered }, () => store(next));
      },
      planRemove: async ({ endpoint, takeOver }) => {
        const previous = bindings().find((binding) => binding.endpoint === endpoint);
        if (!previous) throw problem("not-found", { what: "binding", name: endpoint });
        refuseForeign(previous, takeOver);
        return planned(`Remove the binding of ${endpoint}`, [viewOf({ kind: "binding.remove", previous })], {
          findings: [finding("nothing-answers-then", "warning", "After this no record answers there any more: clients that this one served are reset.", "Stop the service or move its addresses to http first, if nothing is to be reset.")],
        }, () => {
          own = bindings().filter((binding) => binding !== previous && binding.endpoint !== endpoint);
          changed.add(endpoint);
        });
      },
    },
    reservation: {
      list: () => Promise.resolve(reservations),
      check: () => Promise.resolve(checkReservations(instances().flatMap(({ name, endpoints, account, port }) => endpoints.map(({ address }) => ({
        instance: name, address, prefix: address.replace("0.0.0.0", "+").replace(/([^/])$/, "$1/"), ...accountOf(account, tangled && port === 9300),
      }))), reservations)),
      planAdd: async ({ url, account }) => {
        if (!/^https?:\/\/[^/]+:\d+\//.test(url)) throw problem("input-invalid", { problem: `${url} is no URL that can be reserved: write scheme, host and port, such as https://+:9200/.` });
        if (account === "Nobody") throw problem("account-unknown", { account });
        const sddl = formatSddl([{ trustee: "NS", rights: ["listen"] }]);
        return planned(`Reserve ${url} for ${account}`, [viewOf({ kind: "reservation.add", url, sddl, account })], {}, () => { reservations = [...reservations, reserved(url, sddl)]; });
      },
      planRemove: async ({ url }) => {
        const present = reservations.find((each) => each.url === url);
        if (!present) throw problem("not-found", { what: "reservation", name: url });
        const account = present.accounts.map(({ name }) => name).join(", ");
        return planned(`Remove the reservation of ${url}`, [viewOf({ kind: "reservation.remove", url, sddl: present.sddl, account })], {}, () => { reservations = reservations.filter((each) => each !== present); });
      },
    },
    listenList: {
      show: () => Promise.resolve(tangled
        ? { addresses: ["127.0.0.1"], findings: [...listenFindings(["127.0.0.1"])] }
        : { addresses: [], findings: [] }),
    },
    transcript: { read: ({ text }) => Promise.resolve(readTranscript(text)) },
    planReplaceCertificate: async ({ old, certificate, takeOver }) => {
      if ("files" in certificate && certificate.files.some(({ name }) => name.endsWith(".pfx")) && certificate.password === undefined) throw problem("password-needed", { file: certificate.files[0]?.name ?? "" });
      const using = bindings().filter(({ thumbprint }) => thumbprint === old);
      for (const previous of using) refuseForeign(previous, takeOver);
      const next = using.map((previous): Binding => ({ ...previous, thumbprint: offered.thumbprint }));
      return planned(`Replace the certificate ${old.slice(0, 8)}… by clinic-7.example.org in ${using.length} bindings`, using.length === 0 ? [] : [
        operation("certificate.import", `Import the certificate ${offered.subject} and its private key into the machine's Personal store`, { details: [offered.thumbprint] }),
        ...using.map((previous, index) => set(previous, next[index] ?? previous)),
        operation("verify.tls", "Prove that 127.0.0.1:9200 presents this certificate"), operation("verify.tls", "Prove that [::1]:9200 presents this certificate"),
      ], {
        certificate: offered,
        findings: using.length === 0
          ? [finding("certificate-unused", "information", `Nothing on this machine uses the certificate ${old}.`, "There is nothing to replace. `lockstep certificate list` shows what is used where.")]
          : [finding("old-certificate-kept", "information", `The old certificate ${old} stays in the store, so that this change can be undone.`, `Once all is proven and it is not wanted back: \`lockstep certificate remove ${old}\`.`)],
      }, () => {
        next.forEach(store);
        replaced(old);
      });
    },
  };
}
