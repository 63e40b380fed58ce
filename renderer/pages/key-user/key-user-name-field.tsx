// The name of a new key user, with the rules beside it and the host's word on it.
import { useLayoutEffect, type RefObject } from "react";
import type { LockstepError } from "../../../app/errors.ts";
import { useSay } from "../../messages/language.tsx";
import { Field, Input } from "../../ui/index.ts";

/** Whether an error is about the name, and so is said beside it. */
export const isAboutName = ({ code }: LockstepError): boolean => code === "key-user-name" || code === "key-user-exists";

/** `error` is the refusal that was met, whatever it is about. */
export function KeyUserNameField({ name, field, error, missing, onName }: {
  readonly name: string; readonly field: RefObject<HTMLInputElement | null>; readonly error: LockstepError | null; readonly missing: boolean; readonly onName: (name: string) => void;
}) {
  const say = useSay();
  const refused = error && isAboutName(error) ? error : null;
  useLayoutEffect(() => {
    if (refused) field.current?.focus();
  }, [refused, field]);
  const fault = missing ? say("keyUser.name.missing") : refused ? `${refused.message} ${refused.hint}` : null;
  return (
    <Field label={say("keyUser.name")} hint={say("keyUser.name.hint")} required {...(fault !== null && { validationState: "error" as const, validationMessage: fault })}>
      <Input ref={field} value={name} maxLength={1024} spellCheck={false} autoComplete="off" placeholder="clinic7" onChange={(_, { value }) => onName(value)} />
    </Field>
  );
}
