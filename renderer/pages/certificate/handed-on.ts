// What one page hands on to the next, so that it need not be chosen twice: handles of files, never their contents, or a
// certificate of the machine's Personal store.

let files: readonly File[] = [];
let thumbprint: string | null = null;

/** Leaves files for the page that is opened next. */
export function handFiles(these: readonly File[]): void {
  files = these;
}

/** Takes what was left, once. */
export function takeHandedFiles(): readonly File[] {
  const taken = files;
  files = [];
  return taken;
}

/** Leaves a certificate of the Personal store for the wizard that secures an endpoint. */
export function handCertificate(stored: string): void {
  thumbprint = stored;
}

/** Takes its thumbprint, once. */
export function takeHandedCertificate(): string | null {
  const taken = thumbprint;
  thumbprint = null;
  return taken;
}
