// What stands about a list that is searched and filtered: the filters with their counts, and what is said when nothing is left.
import { useMemo, type ReactElement } from "react";
import { useLanguage, useSay } from "../messages/language.tsx";
import { Button, Empty, SearchLargeIcon, ToggleButton } from "../ui/index.ts";

export interface FilterChoice {
  readonly key: string;
  readonly text: string;
  /** Entries that the choice would show. */
  readonly count: number;
  readonly chosen: boolean;
  readonly icon?: ReactElement;
  readonly onChoose: () => void;
}

export function FilterGroup({ label, choices }: { readonly label: string; readonly choices: readonly FilterChoice[] }) {
  const { tag } = useLanguage();
  const numbers = useMemo(() => new Intl.NumberFormat(tag), [tag]);
  return (
    <div role="group" aria-label={label}>
      {choices.map(({ key, text, count, chosen, icon, onChoose }) => (
        <ToggleButton key={key} size="small" shape="circular" checked={chosen} onClick={onChoose} {...(icon && { icon })}>{text}<span className="count">{numbers.format(count)}</span></ToggleButton>
      ))}
    </div>
  );
}

/** `filtered` is said where no text was searched for, only filters chosen. */
export function NothingFound({ text, filtered, hint, all, onAll }: { readonly text: string; readonly filtered: string; readonly hint: string; readonly all: string; readonly onAll: () => void }) {
  const say = useSay();
  return (
    <section className="card">
      <Empty icon={<SearchLargeIcon />} title={text.trim() === "" ? filtered : say("search.none", { text: text.trim() })}>
        <p>{hint}</p>
        <p className="empty-action"><Button onClick={onAll}>{all}</Button></p>
      </Empty>
    </section>
  );
}
