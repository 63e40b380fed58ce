// A list of names to be typed or pasted: each is judged as it is added, and what is no name stays in the field.
import { useState, type RefObject } from "react";
import { useSay } from "../../messages/language.tsx";
import { Button, Field, Input, RemoveIcon } from "../../ui/index.ts";
import { nameNote, takeNames, type GoodName } from "./name-list.ts";
import { namesIn } from "./requested-name.ts";

export function NameListField({ names, text, mistake, field, onChange }: {
  readonly names: readonly GoodName[];
  /** What stands in the field. */
  readonly text: string;
  readonly mistake: string | null;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly onChange: (change: { readonly names: readonly GoodName[]; readonly text: string; readonly mistake: string | null }) => void;
}) {
  const say = useSay();
  const [said, setSaid] = useState("");
  const take = (typed: string) => {
    const taken = takeNames(typed, names, say);
    onChange({ names: taken.names, text: taken.rest, mistake: taken.mistake });
    const added = taken.names.length - names.length;
    if (added > 0) setSaid(say("request.names.added", { count: added }));
  };
  const remove = (gone: GoodName) => {
    onChange({ names: names.filter((each) => each !== gone), text, mistake });
    setSaid(say("request.names.removed", { name: gone.typed }));
    field.current?.focus();
  };
  return (
    <div className="name-list">
      <Field label={say("request.names")} hint={say("request.names.hint")} {...(mistake !== null && { validationState: "error" as const, validationMessage: mistake })}>
        <Input ref={field} className="name-input" value={text} spellCheck={false} autoComplete="off" placeholder={say("request.names.placeholder")}
          contentAfter={<Button size="small" appearance="transparent" onClick={() => { take(text); field.current?.focus(); }}>{say("request.names.add")}</Button>}
          onChange={(_, { value }) => onChange({ names, text: value, mistake: null })}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || text.trim() === "") return;
            event.preventDefault();
            event.stopPropagation();
            take(text);
          }}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData("text");
            if (namesIn(pasted).length < 2) return;
            event.preventDefault();
            take(`${text} ${pasted}`);
          }} />
      </Field>
      <span className="visually-hidden" role="status">{said}</span>
      {names.length > 0 && (
        <ul className="names" aria-label={say("request.names")}>
          {names.map((each) => {
            const note = nameNote(each, say);
            return (
              <li key={each.name}>
                <span className="break">{each.kind === "dns" ? each.typed : each.name}</span>
                {note !== "" && <span className="dim break">{note}</span>}
                <Button size="small" appearance="transparent" icon={<RemoveIcon />} aria-label={say("request.names.remove", { name: each.typed })} onClick={() => remove(each)} />
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
