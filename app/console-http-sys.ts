// The console's answers about HTTP.sys: bindings, reservations, the listen list, and other machines' output.
import { describe } from "./certificates/describe.ts";
import type { ExplainRequest, PlanView, Verified } from "./contract.ts";
import { problem } from "./errors.ts";
import type { Finding } from "./finding.ts";
import type { Implementation } from "./host.ts";
import { serviceAccounts } from "./http-sys/account.ts";
import { bindingOf } from "./http-sys/binding-transcript.ts";
import type { Binding } from "./http-sys/binding.ts";
import { answerFindings, answerFor, readQuestion } from "./http-sys/explanation.ts";
import type { Explanation } from "./http-sys/http-sys-view.ts";
import { listenFindings } from "./http-sys/listen-list.ts";
import { indexBindings } from "./http-sys/precedence.ts";
import { checkReservations, type ConfiguredEndpoint } from "./http-sys/reservation-check.ts";
import type { Reservation } from "./http-sys/reservation.ts";
import { readTranscript } from "./http-sys/transcript.ts";
import type { Machine } from "./machine.ts";
import { planBindingRemove, planBindingSet } from "./plan/binding.ts";
import type { Plan } from "./plan/plan.ts";
import { planReservationAdd, planReservationRemove } from "./plan/reservation.ts";
import { findInstances } from "./santedb/discovery.ts";
import { urlPrefix } from "./santedb/endpoint.ts";
import { accountSid } from "./santedb/service.ts";

export interface HttpSysParts {
  readonly machine: Machine;
  readonly random: () => number;
  /** Throws recovery-needed while a change is neither done nor undone. */
  readonly refuseWhileInterrupted: () => Promise<void>;
  readonly hold: (plan: Plan, verified: readonly Verified[]) => PlanView;
}

/** What is wrong with the certificate of the record that answers, as far as the store tells. */
async function storedCertificate(machine: Machine, binding: Binding | null): Promise<Pick<Explanation, "certificate" | "findings">> {
  if (!binding || binding.thumbprint === null) return { certificate: null, findings: [] };
  const missing = (message: string, hint: string): Finding => ({ code: "bound-certificate-unusable", severity: "error", message, hint });
  const found = binding.store.toUpperCase() === "MY" ? await machine.certificates.find("My", binding.thumbprint) : null;
  if (!found) {
    return {
      certificate: null,
      findings: [missing(`The certificate ${binding.thumbprint} of ${binding.endpoint} is not in the machine's ${binding.store} store, so the connection is reset.`, "Import it with its key, or bind another one.")],
    };
  }
  const certificate = describe(found.der, { hasPrivateKey: found.hasPrivateKey, role: "leaf" });
  return {
    certificate,
    findings: found.hasPrivateKey ? [] : [missing(`The certificate ${binding.thumbprint} of ${binding.endpoint} has no private key here, so the connection is reset.`, "Import it again with its key.")],
  };
}

async function explain(machine: Machine, { target, serverName, transcript }: ExplainRequest): Promise<Explanation> {
  const { kind, host, port } = readQuestion(target);
  const foreign = transcript === undefined ? null : readTranscript(transcript);
  const [bindings, listenList] = foreign ? [foreign.bindings.map(bindingOf), foreign.listenList] : await Promise.all([machine.httpSys.bindings(), machine.httpSys.listenList()]);
  const index = indexBindings(bindings);
  const name = kind === "name" ? host : serverName === undefined || serverName === "" ? null : serverName;
  const resolved = kind === "address" ? [host] : kind === "any" || foreign ? [] : await machine.network.resolve(host);
  const unresolved = kind === "name" && resolved.length === 0;
  const addresses = resolved.length > 0 ? resolved : ["127.0.0.1", "::1"];
  const seen = addresses.map((address) => answerFor(index, address, port, name));
  const answers = seen.map(({ answer }) => answer);
  const [first] = seen;
  if (!first) throw new Error("there is always one address");
  const { certificate, findings } = foreign ? { certificate: null, findings: [] } : await storedCertificate(machine, first.binding);
  return {
    ...first.answer, binding: first.binding, certificate, answers,
    findings: [
      ...findings, ...answerFindings(answers, listenList), ...foreign?.findings ?? [],
      ...(unresolved && !foreign ? [{ code: "name-unresolved", severity: "warning" as const, message: `${host} has no address here, so a client of this machine would not find it.`, hint: "What clients are served that reach this machine by that name stands above." }] : []),
    ],
  };
}

/** Every address of every instance, as its service registers it. */
async function configuredEndpoints(machine: Machine): Promise<readonly ConfiguredEndpoint[]> {
  const found = await findInstances(machine);
  return (await Promise.all(found.map(async ({ instance, read }): Promise<readonly ConfiguredEndpoint[]> => {
    const sid = await accountSid(machine, instance.account);
    return (read?.configuration?.endpoints ?? []).map((endpoint) => ({
      instance: instance.name, address: endpoint.address, prefix: urlPrefix({ ...endpoint, kind: "http" }), account: instance.account, accountSid: sid,
    }));
  }))).flat();
}

/** The reservations, with the accounts of services called by the names of their services. */
async function namedReservations(machine: Machine): Promise<Reservation[]> {
  const [reservations, services] = await Promise.all([machine.httpSys.reservations(), machine.services.list()]);
  const names = serviceAccounts(services.map(({ name }) => name));
  return reservations.map((reservation) => ({ ...reservation, accounts: reservation.accounts.map((account) => ({ ...account, name: account.name === account.sid ? names.get(account.sid) ?? account.name : account.name })) }));
}

/** The answers to `binding`, `reservation`, `listenList` and `transcript`. */
export function httpSysAnswers({ machine, random, refuseWhileInterrupted, hold }: HttpSysParts): Pick<Implementation, "binding" | "reservation" | "listenList" | "transcript"> {
  const onWindows = (): void => {
    if (machine.kind === "linux") throw problem("unsupported", { what: "HTTP.sys, which is a part of Windows," });
  };
  const review = async (plan: () => Promise<Plan>): Promise<PlanView> => {
    onWindows();
    await refuseWhileInterrupted();
    return hold(await plan(), []);
  };
  return {
    binding: {
      list: async () => {
        onWindows();
        return [...await machine.httpSys.bindings()];
      },
      explain: async (request) => {
        if (request.transcript === undefined) onWindows();
        return explain(machine, request);
      },
      planSet: (request) => review(() => planBindingSet(machine, request, random())),
      planRemove: (request) => review(() => planBindingRemove(machine, request, random())),
    },
    reservation: {
      list: async () => {
        onWindows();
        return namedReservations(machine);
      },
      check: async () => {
        onWindows();
        const [endpoints, reservations] = await Promise.all([configuredEndpoints(machine), namedReservations(machine)]);
        return checkReservations(endpoints, reservations);
      },
      planAdd: (request) => review(() => planReservationAdd(machine, request, random())),
      planRemove: (request) => review(() => planReservationRemove(machine, request, random())),
    },
    listenList: {
      show: async () => {
        onWindows();
        const addresses = [...await machine.httpSys.listenList()];
        return { addresses, findings: [...listenFindings(addresses)] };
      },
    },
    transcript: { read: ({ text }) => Promise.resolve(readTranscript(text)) },
  };
}
