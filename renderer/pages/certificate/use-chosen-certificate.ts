// The certificate that a wizard begins with: from files with their password, or of the machine's Personal store.
import { useEffect, useEffectEvent, useRef, useState, type RefObject } from "react";
import type { Inspection } from "../../../app/certificates/certificate.ts";
import type { CertificateFiles, UploadedFile } from "../../../app/contract.ts";
import { asLockstepError, type LockstepError } from "../../../app/errors.ts";
import { useHost } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { blocking, inspectionOf } from "../endpoint/secure-form.ts";
import { certificateFilesLimit, readCertificateFiles } from "./certificate-files.ts";
import type { PasswordQuestion } from "./password-field.tsx";

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
  /** Lets the wizard go on: at once, or as soon as what was chosen is read. Where it cannot, the step says why. */
  readonly leave: (go: () => void) => void;
  /** The certificate as the contract takes it. */
  readonly source: () => Promise<CertificateFiles | { readonly thumbprint: string }>;
  /** Drops contents and password. The handles stay, so that the files can be read again. */
  readonly forget: () => void;
  /** Asks for the password again where this error says that it is missing or wrong. */
  readonly askAgain: (error: LockstepError) => boolean;
}

export interface ChoosingOptions {
  /** Thumbprint of a certificate of the Personal store to begin with. */
  readonly handed?: string | null;
  /** Called whenever another certificate is taken: what was planned with the former no longer holds. It is null where none was read. */
  readonly changed: (former: Inspection | null) => void;
  readonly inspected?: (found: Inspection) => void;
}

export function useChosenCertificate({ handed = null, changed, inspected }: ChoosingOptions): ChosenCertificate {
  const say = useSay();
  const host = useHost();
  // Handles of the files, not their contents: with them the files can be read again after a plan was made.
  const [files, setFiles] = useState<readonly File[]>([]);
  const [stored, setStored] = useState(handed);
  const [inspection, setInspection] = useState<Inspection | null>(null);
  const [question, setQuestion] = useState<PasswordQuestion | null>(null);
  const [error, setError] = useState<LockstepError | null>(null);
  const [reading, setReading] = useState(handed !== null);
  const [missing, setMissing] = useState<string | null>(null);
  const [allowExpired, setAllowExpired] = useState(false);
  const secret = useRef<Secret | null>(null);
  const password = useRef<HTMLInputElement>(null);
  /** Where to go on as soon as what is being read is known. */
  const goOn = useRef<(() => void) | null>(null);
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
  const follow = async (work: () => Promise<() => void>, failed: (failure: LockstepError) => void) => {
    const mine = ++attempt.current;
    try {
      const done = await work();
      if (attempt.current === mine) done();
    } catch (thrown) {
      if (attempt.current === mine) {
        goOn.current = null;
        failed(asLockstepError(thrown));
      }
    }
    if (attempt.current === mine) setReading(false);
  };
  const read: typeof follow = (work, failed) => {
    setReading(true);
    setError(null);
    setMissing(null);
    return follow(work, failed);
  };

  const objectionTo = (found: Inspection | null): string | null => {
    if (!found) return say("secure.drop.needed");
    const { override, refused } = blocking(found);
    return refused ? say("secure.blocked", { reason: refused.message }) : override && !allowExpired ? say("secure.allowNeeded") : null;
  };
  const leaveWith = (found: Inspection | null, go: () => void) => {
    const objection = objectionTo(found);
    setMissing(objection);
    if (objection === null) go();
  };
  const settle = (found: Inspection) => {
    setInspection(found);
    inspected?.(found);
    if (goOn.current) leaveWith(found, goOn.current);
    goOn.current = null;
  };

  const inspect = (chosen: readonly File[], typed: string | undefined) => read(async () => {
    const contents = await readCertificateFiles(chosen);
    const found = await host.certificate.inspect({ files: [...contents], ...(typed !== undefined && { password: typed }) });
    return () => {
      secret.current = { files: contents, password: typed };
      if (password.current) password.current.value = "";
      setQuestion(null);
      settle(found);
    };
  }, (failure) => {
    if (ask(failure, chosen.map(({ name }) => name), false)) return;
    setQuestion(null);
    setError(failure);
  });

  const begin = () => {
    changed(inspection);
    secret.current = null;
    goOn.current = null;
    setInspection(null);
    setQuestion(null);
    setError(null);
    setAllowExpired(false);
  };

  const open = () => {
    const typed = password.current?.value ?? "";
    if (typed === "") {
      password.current?.focus();
      return;
    }
    changed(null);
    void inspect(files, typed);
  };

  const fromStore = (thumbprint: string) => async () => {
    const detail = await host.certificate.show({ store: "My", thumbprint });
    return () => settle(inspectionOf(detail));
  };
  const notInStore = (failure: LockstepError) => {
    setStored(null);
    setError(failure);
  };
  const beginWith = useEffectEvent((thumbprint: string) => void follow(fromStore(thumbprint), notInStore));
  useEffect(() => {
    if (handed !== null) beginWith(handed);
  }, [handed]);

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
      void read(fromStore(thumbprint), notInStore);
    },
    setAllowExpired: (allow) => {
      changed(null);
      setAllowExpired(allow);
      setMissing(null);
    },
    leave: (go) => {
      if (question && !inspection) open();
      else if (reading) goOn.current = go;
      else leaveWith(inspection, go);
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
