// What the person asks a certificate for, and the request that it becomes. No secret is in here.
import type { SigningRequest } from "../../../app/contract.ts";
import type { GoodName } from "./name-list.ts";
import { requestedName, type NameFault } from "./requested-name.ts";

/** In the order in which they are offered; the first is recommended. The contract's keyTypes, which a test compares. */
export const offeredKeyTypes = ["rsa:2048", "rsa:3072", "rsa:4096", "ec:p256", "ec:p384"] as const satisfies readonly SigningRequest["keyType"][];

export const subjectParts = ["organization", "organizationalUnit", "locality", "state", "country"] as const;
export type SubjectPart = (typeof subjectParts)[number];

/** Characters at most: the upper bounds of X.520, as RFC 5280, appendix A.1, repeats them. */
export const partLimits = { organization: 64, organizationalUnit: 64, locality: 128, state: 128, country: 2 } as const satisfies Record<SubjectPart, number>;

export interface RequestForm {
  readonly commonName: string;
  readonly names: readonly GoodName[];
  readonly keyType: SigningRequest["keyType"];
  readonly parts: Readonly<Record<SubjectPart, string>>;
}

/** The machine's own name is proposed where a certificate can have it. */
export function initialForm(hostName: string): RequestForm {
  return {
    commonName: requestedName(hostName).kind === "fault" ? "" : hostName, names: [], keyType: offeredKeyTypes[0],
    parts: { organization: "", organizationalUnit: "", locality: "", state: "", country: "" },
  };
}

export type FormFault = { readonly field: "commonName"; readonly fault: NameFault | "missing" } | { readonly field: "country" };

/** The first thing that keeps the form from being asked for; null where it is whole. */
export function faultOf({ commonName, parts }: RequestForm): FormFault | null {
  if (commonName.trim() === "") return { field: "commonName", fault: "missing" };
  const name = requestedName(commonName);
  if (name.kind === "fault") return { field: "commonName", fault: name.fault };
  return parts.country.trim() === "" || /^[A-Za-z]{2}$/.test(parts.country.trim()) ? null : { field: "country" };
}

/** The request, without the password. Names go in the form that the certificate will have; what is empty is left out. */
export function signingRequest({ commonName, names, keyType, parts }: RequestForm): Omit<SigningRequest, "password"> {
  const name = requestedName(commonName);
  const common = name.kind === "fault" ? commonName.trim() : name.name;
  const filled = subjectParts.flatMap((part) => (parts[part].trim() === "" ? [] : [[part, part === "country" ? parts[part].trim().toUpperCase() : parts[part].trim()]]));
  return { commonName: common, names: names.map((each) => each.name).filter((each) => each !== common), keyType, ...Object.fromEntries(filled) as Partial<Record<SubjectPart, string>> };
}

/** A file name after the first name of a request. */
export function requestFileName(names: readonly string[], extension: "csr" | "key"): string {
  return `${(names[0] ?? "certificate").replace("*", "wildcard").replace(/[^A-Za-z0-9.-]+/g, "_").slice(0, 100)}.${extension}`;
}
