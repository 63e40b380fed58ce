// What the person chose in the wizard, what it is at first, and the request that it becomes. No secret is in here.
import type { Certificate, Inspection, StoredDetail } from "../../../app/certificates/certificate.ts";
import type { SecureRequest } from "../../../app/contract.ts";
import type { Finding } from "../../../app/finding.ts";
import type { Instance } from "../../../app/santedb/instance.ts";

export type Scope = "all" | "local" | "keep";

/** Accounts offered by name, as the service control manager writes them. */
export const offeredAccounts = ["LocalSystem", "NT AUTHORITY\\NetworkService", "NT AUTHORITY\\LocalService"] as const;

export interface SecureForm {
  /** By the name of its service, which no other has. */
  readonly instance: string;
  /** Null while the configuration has a single port. */
  readonly port: number | null;
  readonly scope: Scope;
  /** One of the offered accounts, the instance's own, or "" for the one typed. */
  readonly account: string;
  readonly otherAccount: string;
  readonly hostName: string;
  readonly takeOver: boolean;
  readonly clientCertificates: boolean;
  /** Each "" where the configuration stays as it is. */
  readonly baseAddress: string;
  readonly fhirBase: string;
}

const plainAccount = (account: string): string => account.toLowerCase().replace(/^nt authority\\|^\.\\/, "").replaceAll(" ", "");

/** Whether two names mean the same account, in the spellings that Windows itself uses. */
export const sameAccount = (one: string, other: string): boolean => {
  const alias = (account: string) => (plainAccount(account) === "system" ? "localsystem" : plainAccount(account));
  return alias(one) === alias(other);
};

/** LocalSystem may listen without a reservation; service accounts may not. Others are treated as ordinary accounts. */
export const listensFreely = (account: string): boolean => sameAccount(account, "LocalSystem");

/** The offered spelling of an account, else the account as it is written. */
export const offeredSpelling = (account: string): string => offeredAccounts.find((offered) => sameAccount(offered, account)) ?? account;

/** Ports of an instance's HTTP addresses, ascending. */
export function portsOf(instance: Instance): readonly number[] {
  const ports = instance.endpoints.flatMap(({ address }) => {
    const [, scheme, port] = /^(https?):\/\/(?:\[[^\]]*\]|[^/:]*)(?::(\d+))?(?:\/|$)/i.exec(address) ?? [];
    return scheme === undefined ? [] : [port === undefined ? (scheme.toLowerCase() === "https" ? 443 : 80) : Number(port)];
  });
  return [...new Set(ports)].toSorted((one, other) => one - other);
}

/** Endpoints that a change of this port moves. */
export function endpointsOn(instance: Instance, port: number | null): number {
  return instance.endpoints.filter(({ address }) => /^https?:/i.test(address) && (port === null || new RegExp(`:${port}(/|$)`).test(address))).length;
}

const isAddress = (name: string): boolean => /^[\d.]+$/.test(name) || name.includes(":");

/** Whether a certificate's name covers a host name; a wildcard stands for its left-most label alone (RFC 9525, 6.3). */
export function covers(name: string, host: string): boolean {
  const [one, other] = [name.toLowerCase(), host.toLowerCase()];
  return one === other || (one.startsWith("*.") && other.includes(".") && one.slice(1) === other.slice(other.indexOf(".")));
}

/** The machine's own name where the certificate has it, else the certificate's first real one, else the machine's. */
export function nameToProve(certificate: Certificate | undefined, machineName: string): string {
  if (!certificate || certificate.names.some((name) => covers(name, machineName))) return machineName;
  return certificate.names.find((name) => !name.includes("*") && !isAddress(name)) ?? machineName;
}

/** What stands in the form before the person touched it. */
export function initialForm(instance: Instance): SecureForm {
  const ports = portsOf(instance);
  return {
    instance: instance.service,
    port: ports.length > 1 ? instance.port ?? ports[0] ?? null : null,
    scope: instance.host === "0.0.0.0" || instance.host === null ? "all" : instance.host === "127.0.0.1" ? "local" : "keep",
    account: offeredSpelling(instance.account),
    otherAccount: "",
    hostName: "",
    takeOver: false,
    clientCertificates: false,
    baseAddress: "",
    fhirBase: "",
  };
}

const hosts = { all: "0.0.0.0", local: "127.0.0.1", keep: undefined } as const satisfies Record<Scope, string | undefined>;

/** The request without the certificate. What equals the present state is left out, so that the machine is asked. */
export function requestOf(form: SecureForm, instance: Instance, allowExpired: boolean): Omit<SecureRequest, "certificate"> {
  const account = form.account === "" ? form.otherAccount.trim() : form.account;
  const address = hosts[form.scope];
  const [hostName, baseAddress, fhirBase] = [form.hostName.trim(), form.baseAddress.trim(), form.fhirBase.trim()];
  return {
    instance: form.instance,
    ...(sameAccount(account, instance.account) ? {} : { account }),
    ...(address === undefined || address === instance.host ? {} : { address }),
    ...(form.port === null ? {} : { port: form.port }),
    ...(hostName === "" ? {} : { hostName }),
    ...(allowExpired && { allowExpired }),
    ...(form.takeOver && { takeOver: form.takeOver }),
    ...(form.clientCertificates && { clientCertificates: form.clientCertificates }),
    ...(baseAddress === "" ? {} : { baseAddress }),
    ...(fhirBase === "" ? {} : { fhirBase }),
  };
}

/** A certificate of the machine's stores as if it had been read from a file: what is shown and judged is the same. */
export function inspectionOf({ certificate, chain, findings, privateKey }: StoredDetail): Inspection {
  return {
    format: "der", encryption: null, certificates: [...chain], chain: chain.map(({ thumbprint }) => thumbprint), findings: [...findings],
    privateKeys: privateKey === "proven" ? [{ keyType: certificate.keyType, matches: certificate.thumbprint }] : [],
  };
}

/** Findings that an explicit word of the person overrides. */
export const overridable = ["certificate-expired", "certificate-not-yet-valid"] as const;

/** What keeps an inspected certificate from being used: `override` can be said, `refused` cannot. */
export function blocking(inspection: Inspection): { readonly override: Finding | null; readonly refused: Finding | null } {
  const errors = inspection.findings.filter(({ severity }) => severity === "error");
  const isOverridable = ({ code }: Finding) => overridable.some((each) => each === code);
  return { override: errors.find(isOverridable) ?? null, refused: errors.find((finding) => !isOverridable(finding)) ?? null };
}
