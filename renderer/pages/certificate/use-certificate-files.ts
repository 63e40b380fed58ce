// Certificate files as a page gathers them: added and taken away, told what they are, opened together, and forgotten.
import { useEffect, useRef, useState, type RefObject } from "react";
import type { Identification, Inspection } from "../../../app/certificates/certificate.ts";
import type { CertificateFiles, UploadedFile } from "../../../app/contract.ts";
import { asLockstepError, type LockstepError } from "../../../app/errors.ts";
import { useHost } from "../../host/host.tsx";
import { certificateFilesLimit, readCertificateFiles } from "./certificate-files.ts";
import type { PasswordQuestion } from "./password-field.tsx";

export interface GatheredFile {
  readonly file: File;
  /** What it is, as far as that can be told without a password; null until it was looked at, and where it cannot be read. */
  readonly identified: Identification | null;
  readonly error: LockstepError | null;
}

export interface GatheredFiles {
  readonly gathered: readonly GatheredFile[];
  /** What all of them hold together; null until they were opened. */
  readonly inspection: Inspection | null;
  readonly question: PasswordQuestion | null;
  /** What keeps them from being opened together. */
  readonly error: LockstepError | null;
  readonly reading: boolean;
  readonly tooMany: boolean;
  /** The field for the password that opens them. */
  readonly password: RefObject<HTMLInputElement | null>;
  readonly add: (files: readonly File[]) => void;
  readonly remove: (file: File) => void;
  /** Opens them with what was typed. */
  readonly open: () => void;
  /** The contents, and the password where one was needed. Null where that was forgotten: it is then asked for again. */
  readonly material: () => Promise<CertificateFiles | null>;
  /** Drops contents and password. The handles stay, so that the files can be read again. */
  readonly forget: () => void;
  /** Asks for the password again where this error says that it is missing or wrong. */
  readonly askAgain: (error: LockstepError) => boolean;
}

/** What must be forgotten: contents of the files and the password that opens them. */
interface Secret { readonly contents: ReadonlyMap<File, UploadedFile>; readonly password: string | undefined }

const nothing: Secret = { contents: new Map(), password: undefined };

const isSame = (one: File, other: File): boolean => one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

/** `changed` is called whenever files come or go: what was made of the former ones no longer holds. */
export function useCertificateFiles(changed: () => void): GatheredFiles {
  const host = useHost();
  const [gathered, setGathered] = useState<readonly GatheredFile[]>([]);
  const [inspection, setInspection] = useState<Inspection | null>(null);
  const [question, setQuestion] = useState<PasswordQuestion | null>(null);
  const [error, setError] = useState<LockstepError | null>(null);
  const [reading, setReading] = useState(false);
  const [tooMany, setTooMany] = useState(false);
  const password = useRef<HTMLInputElement>(null);
  const secret = useRef<Secret>(nothing);
  const attempt = useRef(0);

  useEffect(() => () => {
    attempt.current++;
    secret.current = nothing;
  }, []);

  const look = async ({ file, identified }: GatheredFile): Promise<{ readonly one: GatheredFile; readonly content: UploadedFile | undefined }> => {
    try {
      const content = secret.current.contents.get(file) ?? (await readCertificateFiles([file]))[0];
      const told = identified ?? (content && (await host.certificate.identify({ files: [content] }))[0]);
      return { one: { file, identified: told ?? null, error: null }, content };
    } catch (thrown) {
      return { one: { file, identified: null, error: asLockstepError(thrown) }, content: undefined };
    }
  };

  const ask = (files: readonly GatheredFile[], reason: PasswordQuestion["reason"], message: string) => {
    const locked = files.filter(({ identified }) => identified?.needsPassword === true).map(({ file }) => file.name);
    const names = locked.length > 0 ? locked : files.map(({ file }) => file.name);
    setQuestion({ file: names.find((name) => message.includes(name)) ?? names.join(", "), reason });
  };

  const read = async (wanted: readonly GatheredFile[], typed: string | undefined) => {
    const mine = ++attempt.current;
    const current = () => attempt.current === mine;
    setGathered(wanted);
    setInspection(null);
    setError(null);
    setReading(true);
    const looked = await Promise.all(wanted.map(look));
    if (!current()) return;
    const files = looked.map(({ one }) => one);
    setGathered(files);
    secret.current = { contents: new Map(looked.flatMap(({ one, content }) => (content ? [[one.file, content] as const] : []))), password: typed };
    const contents = [...secret.current.contents.values()];
    if (contents.length === 0 || files.some((each) => each.error !== null)) {
      setQuestion(null);
    } else if (typed === undefined && files.some(({ identified }) => identified?.needsPassword === true)) {
      ask(files, "needed", "");
    } else {
      try {
        const found = await host.certificate.inspect({ files: contents, ...(typed !== undefined && { password: typed }) });
        if (!current()) return;
        if (password.current) password.current.value = "";
        setInspection(found);
        setQuestion(null);
      } catch (thrown) {
        if (!current()) return;
        const failure = asLockstepError(thrown);
        secret.current = { ...secret.current, password: undefined };
        if (failure.code === "password-needed" || failure.code === "password-wrong") ask(files, failure.code === "password-wrong" ? "wrong" : "needed", failure.message);
        else {
          setQuestion(null);
          setError(failure);
        }
      }
    }
    setReading(false);
  };

  const isLocked = gathered.some(({ identified }) => identified?.needsPassword === true);

  const askForgotten = () => {
    secret.current = { ...secret.current, password: undefined };
    setInspection(null);
    ask(gathered, "again", "");
  };

  return {
    gathered, inspection, question, error, reading, tooMany, password,
    add: (more) => {
      const fresh = more.filter((file) => !gathered.some((known) => isSame(known.file, file))).map((file): GatheredFile => ({ file, identified: null, error: null }));
      const all = [...gathered, ...fresh];
      setTooMany(all.length > certificateFilesLimit);
      if (all.length > certificateFilesLimit || fresh.length === 0) return;
      changed();
      void read(all, secret.current.password);
    },
    remove: (file) => {
      setTooMany(false);
      changed();
      void read(gathered.filter((known) => known.file !== file), secret.current.password);
    },
    open: () => {
      changed();
      void read(gathered, password.current?.value ?? "");
    },
    material: async () => {
      const typed = secret.current.password;
      if (isLocked && typed === undefined) {
        askForgotten();
        return null;
      }
      const { contents } = secret.current;
      const files = await Promise.all(gathered.map(async ({ file }) => contents.get(file) ?? (await readCertificateFiles([file]))[0]));
      return { files: files.filter((file) => file !== undefined), ...(typed !== undefined && { password: typed }) };
    },
    forget: () => { secret.current = nothing; },
    askAgain: ({ code }) => {
      if (code !== "password-needed" && code !== "password-wrong") return false;
      askForgotten();
      return true;
    },
  };
}
