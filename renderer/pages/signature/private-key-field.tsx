// Where the private key is chosen or dropped, and its password typed.
import { useLayoutEffect } from "react";
import { useSay } from "../../messages/language.tsx";
import { Field, PasswordInput } from "../../ui/index.ts";
import { FileField } from "./file-field.tsx";
import type { PrivateKey } from "./use-private-key.ts";

/** Extensions under which private keys are kept. */
const privateKeyFileTypes = ".pem,.key,.private,.der,.p8,.txt";

export function PrivateKeyField({ privateKey }: { readonly privateKey: PrivateKey }) {
  const say = useSay();
  const { file, question, missing, password, choose, remove } = privateKey;
  useLayoutEffect(() => {
    if (question === null) return;
    password.current?.focus();
    password.current?.select();
  }, [question, password]);
  const mistake = question === "missing" ? say("secure.password.empty") : question === "wrong" ? say("signature.password.wrong") : null;
  return (
    <>
      <FileField label={say("signature.privateKey")} hint={say("signature.privateKey.hint")} choose={say("signature.privateKey.choose")} accept={privateKeyFileTypes} file={file}
        mistake={missing ? say("signature.privateKey.missing") : null} onFile={choose} onRemove={remove} />
      {file && question !== null && (
        <Field label={say("secure.password.label", { file: file.name })} hint={say("secure.password.hint")} required {...(mistake !== null && { validationState: "error" as const, validationMessage: mistake })}>
          {(control) => <PasswordInput {...control} ref={password} maxLength={1024} show={say("secure.password.show")} hide={say("secure.password.hide")} />}
        </Field>
      )}
    </>
  );
}
