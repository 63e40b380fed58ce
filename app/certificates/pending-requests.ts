// The port for certificate requests that wait for their answer: kept with their keys, which are encrypted at rest.
import type { PendingRequest } from "./certificate.ts";

export interface KeptRequest extends PendingRequest {
  /** PKCS #8, encrypted, in PEM: with the person's password, or with the secret below. */
  readonly encryptedKey: string;
  /** SHA-256 of the SubjectPublicKeyInfo, 64 upper-case hexadecimal digits: an answer is recognised by it. */
  readonly publicKey: string;
}

export interface PendingRequests {
  /** Newest first. One that cannot be read is passed over. */
  list(): Promise<readonly KeptRequest[]>;
  /** Changes. Durable on return, readable by its owner alone. Throws file-unwritable, disk-full. */
  keep(request: KeptRequest): Promise<void>;
  /** Changes. Removes a request and its key; letting go of what is not there succeeds. */
  discard(id: string): Promise<void>;
  /** The secret that encrypts keys for which no password was given; made on first use, and kept apart from them. */
  secret(): Promise<string>;
}

/** What may be shown of a request: everything but its key. */
export function pendingView({ id, subject, names, keyType, created, request, hasPassword }: PendingRequest): PendingRequest {
  return { id, subject, names, keyType, created, request, hasPassword };
}
