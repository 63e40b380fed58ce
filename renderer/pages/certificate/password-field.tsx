// The question for the password that opens a file. What is typed stays in the field.
import { useLayoutEffect, useState, type RefObject } from "react";
import { useSay } from "../../messages/language.tsx";
import { Button, Field, PasswordInput } from "../../ui/index.ts";

/** How the file that needs a password stands: it was just met, the password was wrong, or it has to be typed again. */
export interface PasswordQuestion { readonly file: string; readonly reason: "needed" | "wrong" | "again" }

/** `note` says what else must be known before typing. */
export function PasswordField({ question, busy, note, input, onOpen }: {
  readonly question: PasswordQuestion; readonly busy: boolean; readonly note?: string | undefined;
  /** The field itself; its value is read when needed and kept nowhere else. */
  readonly input: RefObject<HTMLInputElement | null>;
  readonly onOpen: () => void;
}) {
  const say = useSay();
  const [empty, setEmpty] = useState(false);
  useLayoutEffect(() => {
    if (busy) return;
    input.current?.focus();
    input.current?.select();
  }, [question, busy, input]);
  const open = () => {
    const missing = (input.current?.value ?? "") === "";
    setEmpty(missing);
    if (missing) input.current?.focus();
    else onOpen();
  };
  const mistake = empty ? say("secure.password.empty") : question.reason === "wrong" ? say("secure.password.wrong", { file: question.file }) : null;
  return (
    <form className="card password" onSubmit={(event) => { event.preventDefault(); if (!busy) open(); }}>
      {question.reason === "again" && <p>{say("secure.password.again")}</p>}
      {note !== undefined && <p>{note}</p>}
      <Field label={say("secure.password.label", { file: question.file })} hint={say("secure.password.hint")}
        {...(mistake !== null && { validationState: "error" as const, validationMessage: mistake })}>
        {(control) => <PasswordInput {...control} ref={input} maxLength={1024} show={say("secure.password.show")} hide={say("secure.password.hide")} />}
      </Field>
      <Button type="submit" appearance="primary" className="password-open">{say("secure.password.open")}</Button>
    </form>
  );
}
