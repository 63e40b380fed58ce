// Text fields: the kit's own, and those for secrets, whose text no state ever holds.
import { Button, Input as KitInput, type InputProps } from "@fluentui/react-components";
import { useState, type ComponentProps, type ReactNode, type Ref } from "react";
import { HideIcon, ShowIcon } from "./icons.tsx";

/** The kit's field, with the reference typed as the element that it is. */
export const Input = KitInput as unknown as (props: Omit<InputProps, "ref"> & { readonly ref?: Ref<HTMLInputElement> }) => ReactNode;

/**
 * A field for a password. The kit's field would keep its text in the page's state; this one leaves it in the element,
 * where it is read once and cleared.
 */
export function PasswordInput({ ref, show, hide, ...field }: Omit<ComponentProps<"input">, "type" | "value" | "onChange"> & {
  readonly ref: Ref<HTMLInputElement>; readonly show: string; readonly hide: string;
}) {
  const [visible, setVisible] = useState(false);
  return (
    <span className="password-input">
      <input {...field} ref={ref} type={visible ? "text" : "password"} autoComplete="off" autoCapitalize="off" spellCheck={false} />
      <Button type="button" appearance="transparent" size="small" icon={visible ? <HideIcon /> : <ShowIcon />} aria-label={visible ? hide : show} onClick={() => setVisible(!visible)} />
    </span>
  );
}

/** The same for a text of several lines that may be secret, such as a header or what was pasted by mistake. */
export function SecretTextarea({ ref, ...field }: Omit<ComponentProps<"textarea">, "value" | "defaultValue"> & { readonly ref: Ref<HTMLTextAreaElement> }) {
  return <textarea {...field} ref={ref} className="secret-text" autoComplete="off" autoCapitalize="off" spellCheck={false} />;
}
