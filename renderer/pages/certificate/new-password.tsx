// A new password, typed twice. Both stay in their fields, and are read and cleared when they are used.
import { useImperativeHandle, useRef, useState, type Ref } from "react";
import { useSay } from "../../messages/language.tsx";
import { Field, PasswordInput } from "../../ui/index.ts";

export interface NewPassword {
  /**
   * The password; undefined where none was typed and none is needed. Null where it is missing or typed differently, which
   * is then said beside the field that has the focus.
   */
  readonly read: () => string | undefined | null;
  readonly clear: () => void;
}

/** With `needed`, a password must be typed. `label` and `hint` say what it is for. */
export function NewPasswordFields({ ref, label, hint, needed }: { readonly ref: Ref<NewPassword>; readonly label: string; readonly hint: string; readonly needed: boolean }) {
  const say = useSay();
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  const [mistake, setMistake] = useState<"missing" | "different" | null>(null);
  useImperativeHandle(ref, () => ({
    read: () => {
      const typed = first.current?.value ?? "";
      const found = typed === "" && needed ? "missing" : typed !== (second.current?.value ?? "") ? "different" : null;
      setMistake(found);
      if (found !== null) (found === "missing" ? first : second).current?.focus();
      return found !== null ? null : typed === "" ? undefined : typed;
    },
    clear: () => {
      for (const field of [first.current, second.current]) if (field) field.value = "";
      setMistake(null);
    },
  }), [needed]);
  const words = { maxLength: 1024, show: say("secure.password.show"), hide: say("secure.password.hide") };
  return (
    <>
      <Field label={label} hint={hint} required={needed} {...(mistake === "missing" && { validationState: "error" as const, validationMessage: say("newPassword.missing") })}>
        {(control) => <PasswordInput {...control} {...words} ref={first} />}
      </Field>
      <Field label={say("newPassword.again", { label })} required={needed} {...(mistake === "different" && { validationState: "error" as const, validationMessage: say("newPassword.different") })}>
        {(control) => <PasswordInput {...control} {...words} ref={second} />}
      </Field>
    </>
  );
}
