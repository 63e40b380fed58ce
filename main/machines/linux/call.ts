// How an adapter calls the one program that it is about.

export interface Called {
  readonly exitCode: number;
  /** Standard output, byte for byte. */
  readonly output: Uint8Array;
  /** Standard error as text. */
  readonly errors: string;
}

/**
 * Runs the program with exactly these arguments, no shell between, and gives what it answered, whatever the exit code.
 * `input` is its standard input, empty when left out: there a secret may pass. It runs without a terminal, at most 60 s,
 * and may print 16 MiB. Throws command-failed only where it could not be run, did not end, or printed more.
 */
export type Call = (arguments_: readonly string[], input?: Uint8Array) => Promise<Called>;
