// The private key that signs: chosen as a file, of which only the handle is kept. It is read when it is used and then
// forgotten, and its password stays in its field until then.
import { useRef, useState, type RefObject } from "react";
import type { UploadedFile } from "../../../app/contract.ts";
import type { LockstepError } from "../../../app/errors.ts";
import { readCertificateFiles } from "../certificate/certificate-files.ts";

export interface PrivateKey {
  readonly file: File | null;
  /** Why the password is asked for; null where none is needed as far as is known. */
  readonly question: "needed" | "wrong" | "missing" | null;
  readonly missing: boolean;
  readonly password: RefObject<HTMLInputElement | null>;
  readonly choose: (file: File) => void;
  readonly remove: () => void;
  /** The key and what opens it. Null where either is missing, which its field then says. Throws file-too-large, file-empty, file-unreadable. */
  readonly read: () => Promise<{ readonly key: UploadedFile; readonly password?: string } | null>;
  /** Takes an error that asks for the password or calls it wrong; false for any other. */
  readonly ask: (error: LockstepError) => boolean;
  /** Empties the password's field, once it was used. */
  readonly forget: () => void;
}

export function usePrivateKey(): PrivateKey {
  const [file, setFile] = useState<File | null>(null);
  const [question, setQuestion] = useState<PrivateKey["question"]>(null);
  const [missing, setMissing] = useState(false);
  const password = useRef<HTMLInputElement>(null);
  const become = (next: File | null) => {
    setFile(next);
    setQuestion(null);
    setMissing(false);
  };
  return {
    file, question, missing, password, choose: become, remove: () => become(null),
    read: async () => {
      setMissing(file === null);
      if (!file) return null;
      const typed = password.current?.value ?? "";
      if (question !== null && typed === "") {
        setQuestion("missing");
        password.current?.focus();
        return null;
      }
      const [key] = await readCertificateFiles([file]);
      return key ? { key, ...(typed !== "" && { password: typed }) } : null;
    },
    ask: ({ code }) => {
      if (code !== "password-needed" && code !== "password-wrong") return false;
      setQuestion(code === "password-wrong" ? "wrong" : "needed");
      return true;
    },
    forget: () => {
      if (password.current) password.current.value = "";
      setQuestion((before) => before && "needed");
    },
  };
}
