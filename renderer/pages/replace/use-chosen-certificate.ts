// The certificate that a wizard begins with: from files with their password, or of the machine's Personal store.
import { useEffect, useRef, useState, type RefObject } from "react";
import type { Inspection } from "../../../app/certificates/certificate.ts";
import type { CertificateFiles, UploadedFile } from "../../../app/contract.ts";
import { asLockstepError, type LockstepError } from "../../../app/errors.ts";
import { useHost } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { certificateFilesLimit, readCertificateFiles } from "../certificate/certificate-files.ts";
import type { PasswordQuestion } from "../certificate/password-field.tsx";
import { blocking, inspectionOf } from "../endpoint/secure-form.ts";

/** What must be forgotten: contents of the files and the password that opens them. */
interface Secret { readonly files: readonly UploadedFile[]; readonly password: string | undefined }

export interface ChosenCertificate {
  readonly inspection: Inspection | null;
  /** Null while the certificate is one of the Personal store. */
  readonly fileNames: readonly string[] | null;
  readonly stored: string | null;
  readonly question: PasswordQuestion | null;
  readonly error: LockstepError | null;
  readonly reading: boolean;
  /** What "Next" found missing. */
  readonly missing: string | null;
  readonly allowExpired: boolean;
  readonly password: RefObject<HTMLInputElement | null>;
  readonly takeFiles: (files: readonly File[]) => void;
  /** Takes a certificate of the Personal store; "" takes none. */
  readonly takeStored: (thumbprint: string) => void;
  readonly open: () => void;
  readonly setAllowExpired: (allow: boolean) => void;
  /** Whether the wizard may go on; if not, the step says why. */
  readonly isReady: () => boolean;
  /** The certificate as the contract takes it. */
  readonly source: () => Promise<CertificateFiles | { readonly thumbprint: string }>;
  /** Drops contents and password. The handles stay, so that the files can be read again. */
  readonly forget: () => void;
  /** Asks for the password again where this error says that it is missing or wrong. */
  readonly askAgain: (error: LockstepError) => boolean;
}

/** `changed` is called whenever another certificate is taken: what was planned with the former no longer holds. */
export function useChosenCertificate(changed: () => void): ChosenCertificate {
  const say = useSay();
  const host = useHost();
  // Handles of the files, not their contents: with them the files can be read again after a plan was made.
  const [files, setFiles] = useState<readonly File[]>([]);
  const [stored, setStored] = useState<string | null>(null);
  const [inspection, setInspection] = useState<Inspection | null>(null);
  const [question, setQuestion] = useState<PasswordQuestion | null>(null);
  const [error, setError] = useState<LockstepError | null>(null);
  const [reading, setReading] = useState(false);
  const [missing, setMissing] = useState<string | null>(null);
  const [allowExpired, setAllowExpired] = useState(false);
  const secret = useRef<Secret | null>(null);
  const password = useRef<HTMLInputElement>(null);
  const attempt = useRef(0);
  useEffect(() => () => {
    attempt.current++;
    secret.current = null;
  }, []);

  const ask = (failure: LockstepError, names: readonly string[], again: boolean): boolean => {
    if (failure.code !== "password-needed" && failure.code !== "password-wrong") return false;
    const file = names.length === 1 ? names[0] ?? "" : names.find((each) => failure.message.includes(each)) ?? names.join(", ");
    setQuestion({ file, reason: failure.code === "password-wrong" ? "wrong" : again ? "again" : "needed" });
    return true;
  };

  /** Reads a certificate; only the last that was asked for counts. */
  const read = async (work: () => Promise<() => void>, failed: (failure: LockstepError) => void) => {
    const mine = ++attempt.current;
    setReading(true);
    setError(null);
    setMissing(null);
    try {
      const settle = await work();
      if (attempt.current === mine) settle();
    } catch (thrown) {
      if (attempt.current === mine) failed(asLockstepError(thrown));
    }
    if (attempt.current === mine) setReading(false);
  };

  const inspect = (chosen: readonly File[], typed: string | undefined) => read(async () => {
    const contents = await readCertificateFiles(chosen);
    const found = await host.certificate.inspect({ files: [...contents], ...(typed !== undefined && { password: typed }) });
    return () => {
      secret.current = { files: contents, password: typed };
      if (password.current) password.current.value = "";
      setInspection(found);
      setQuestion(null);
    };
  }, (failure) => {
    if (ask(failure, chosen.map(({ name }) => name), false)) return;
    setQuestion(null);
    setError(failure);
  });

  const begin = () => {
    changed();
    secret.current = null;
    setInspection(null);
    setQuestion(null);
    setError(null);
    setAllowExpired(false);
  };

  const open = () => {
    const typed = password.current?.value ?? "";
    if (typed === "") password.current?.focus();
    else void inspect(files, typed);
  };

  return {
    inspection, stored, question, error, reading, missing, allowExpired, password, open,
    fileNames: stored === null ? files.map(({ name }) => name) : null,
    takeFiles: (chosen) => {
      begin();
      setStored(null);
      if (chosen.length > certificateFilesLimit) {
        setMissing(say("secure.drop.tooMany"));
        return;
      }
      setFiles(chosen);
      void inspect(chosen, undefined);
    },
    takeStored: (thumbprint) => {
      begin();
      setFiles([]);
      setStored(thumbprint === "" ? null : thumbprint);
      if (thumbprint === "") return;
      void read(async () => {
        const detail = await host.certificate.show({ store: "My", thumbprint });
        return () => setInspection(inspectionOf(detail));
      }, (failure) => {
        setStored(null);
        setError(failure);
      });
    },
    setAllowExpired: (allow) => {
      changed();
      setAllowExpired(allow);
      setMissing(null);
    },
    isReady: () => {
      if (question && !inspection) {
        open();
        return false;
      }
      const { override, refused } = inspection ? blocking(inspection) : { override: null, refused: null };
      const problem = !inspection ? say("secure.drop.needed") : refused ? say("secure.blocked", { reason: refused.message }) : override && !allowExpired ? say("secure.allowNeeded") : null;
      setMissing(problem);
      return problem === null;
    },
    source: async () => {
      if (stored !== null) return { thumbprint: stored };
      const held = secret.current ?? { files: await readCertificateFiles(files), password: undefined };
      return { files: [...held.files], ...(held.password !== undefined && { password: held.password }) };
    },
    forget: () => { secret.current = null; },
    askAgain: (failure) => {
      if (!ask(failure, files.map(({ name }) => name), true)) return false;
      secret.current = null;
      setInspection(null);
      return true;
    },
  };
}
