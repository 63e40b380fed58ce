// Which certificates of the stores can serve TLS, and which of them a person means.
import { nameOf, type StoredCertificate } from "./certificate-list.ts";

/** Choices that are drawn at once; the rest is found by typing. */
export const shownAtMost = 200;

/** Those of the Personal store that have their key, the one that ends last first. */
export function usable(certificates: readonly StoredCertificate[]): readonly StoredCertificate[] {
  return certificates.filter(({ store, hasPrivateKey, role }) => store === "My" && hasPrivateKey && role === "leaf")
    .toSorted((one, other) => Date.parse(other.notAfter) - Date.parse(one.notAfter));
}

/** Words are found in any order in names and thumbprint. */
export function matching(certificates: readonly StoredCertificate[], text: string): readonly StoredCertificate[] {
  const words = text.replace(/\p{Cf}/gu, "").toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return certificates;
  return certificates.filter((certificate) => {
    const all = [nameOf(certificate), certificate.subject, ...certificate.names, certificate.thumbprint].join("\n").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
