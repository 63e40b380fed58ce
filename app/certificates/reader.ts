// The port for reading: certificate files become values somewhere with bounds of its own, away from what must stay responsive.
import type { Identification, Inspection, Material } from "./certificate.ts";
import { identify } from "./identify.ts";
import { inspect } from "./inspect.ts";
import { readMaterial, type CertificateFile } from "./read.ts";

/** Each call ends within seconds whatever the files hold, and throws what the function of the same task throws, or reading-too-long. */
export interface CertificateReader {
  /** What files are and how they are protected, from what is in the clear. */
  identify(files: readonly CertificateFile[]): Promise<readonly Identification[]>;
  inspect(files: readonly CertificateFile[], password: string | undefined, now: Date): Promise<Inspection>;
  /** The material itself, secrets included. */
  read(files: readonly CertificateFile[], password: string | undefined): Promise<Material>;
}

/** Reads in the thread that asks, bounded by the readers themselves only: for a worker, and for tests. */
export const directReader: CertificateReader = {
  identify: (files) => Promise.resolve().then(() => files.map(identify)),
  inspect,
  read: readMaterial,
};
