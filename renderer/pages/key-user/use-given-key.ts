// A public key as it is given, pasted or as a file: told what it is as soon as it is there. Since it may be a private one
// by mistake, its text stays in its field, which a private one leaves at once; and of a file only the handle is kept.
import { useCallback, useEffect, useRef, useState, type RefObject } from "react";
import type { UploadedFile } from "../../../app/contract.ts";
import type { ExaminedKey } from "../../../app/cws/cws-view.ts";
import { asLockstepError, type LockstepError } from "../../../app/errors.ts";
import { useHost } from "../../host/host.tsx";
import { readCertificateFiles } from "../certificate/certificate-files.ts";
import { pastedFile } from "./pasted-file.ts";

/** Milliseconds without a keystroke after which a text is looked at. */
const lookDelay = 200;

export type Examination =
  | { readonly state: "nothing" }
  | { readonly state: "looking" }
  | { readonly state: "told"; readonly examined: ExaminedKey }
  | { readonly state: "refused"; readonly error: LockstepError };

export interface GivenKey {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** The file that was chosen in place of a text. */
  readonly file: File | null;
  readonly examination: Examination;
  /** Whether what is no PEM, or private, is to be converted. */
  readonly convert: boolean;
  readonly onText: () => void;
  readonly choose: (file: File) => void;
  readonly removeFile: () => void;
  readonly setConvert: (convert: boolean) => void;
  /** What was given, read anew. Null where nothing was. Throws file-too-large, file-empty, file-unreadable. */
  readonly read: () => Promise<UploadedFile | null>;
}

/** `pastedName` is what a pasted text is called where a file would be named. */
export function useGivenKey(pastedName: string): GivenKey {
  const host = useHost();
  const field = useRef<HTMLTextAreaElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [convert, setConverting] = useState(false);
  const [examination, setExamination] = useState<Examination>({ state: "nothing" });
  /** A private key that was pasted, until its public half is taken or another text is typed. */
  const held = useRef<string | null>(null);
  const attempt = useRef(0);
  const timer = useRef(0);
  useEffect(() => () => {
    attempt.current++;
    held.current = null;
    window.clearTimeout(timer.current);
  }, []);

  const readFrom = useCallback(async (from: File | null): Promise<UploadedFile | null> => {
    if (from) return (await readCertificateFiles([from]))[0] ?? null;
    const text = held.current ?? field.current?.value ?? "";
    return text.trim() === "" ? null : pastedFile(pastedName, text);
  }, [pastedName]);

  const look = async (from: File | null, converting: boolean) => {
    window.clearTimeout(timer.current);
    const mine = ++attempt.current;
    const settle = (next: Examination) => { if (attempt.current === mine) setExamination(next); };
    try {
      const key = await readFrom(from);
      if (!key) {
        settle({ state: "nothing" });
        return;
      }
      settle({ state: "looking" });
      const examined = await host.keyUser.examine({ key, ...(converting && { convert: true }) });
      settle({ state: "told", examined });
      if (held.current === null || attempt.current !== mine) return;
      // Of a private key nothing more is needed: its public half takes its place, and it is forgotten.
      held.current = null;
      if (field.current) field.current.value = examined.publicKey;
    } catch (thrown) {
      const error = asLockstepError(thrown);
      if (error.code === "private-key-given" && !from && attempt.current === mine && field.current) {
        held.current ??= field.current.value;
        field.current.value = "";
      }
      settle({ state: "refused", error });
    }
  };

  return {
    field, file, examination, convert,
    onText: () => {
      held.current = null;
      setConverting(false);
      // What was said of the former text no longer holds.
      attempt.current++;
      setExamination({ state: "looking" });
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => void look(null, false), lookDelay);
    },
    choose: (chosen) => {
      held.current = null;
      if (field.current) field.current.value = "";
      setFile(chosen);
      setConverting(false);
      void look(chosen, false);
    },
    removeFile: () => {
      setFile(null);
      setConverting(false);
      void look(null, false);
    },
    setConvert: (converting) => {
      setConverting(converting);
      const isPrivate = examination.state === "refused" && examination.error.code === "private-key-given" || examination.state === "told" && examination.examined.form === "private-key";
      if (isPrivate) void look(file, converting);
    },
    read: () => readFrom(file),
  };
}
