// Tabs: one choice of a few, each showing its own content in the same place. The arrow keys walk them.
import { useRef, type KeyboardEvent, type ReactNode } from "react";

/** `id` is the stem of the ids by which tabs and content know each other. */
export function Tabs<Key extends string>({ id, label, tabs, chosen, onChoose, children }: {
  readonly id: string; readonly label: string; readonly tabs: readonly { readonly key: Key; readonly title: string }[]; readonly chosen: Key; readonly onChoose: (key: Key) => void; readonly children: ReactNode;
}) {
  const list = useRef<HTMLDivElement>(null);
  const at = tabs.findIndex(({ key }) => key === chosen);
  const move = (event: KeyboardEvent) => {
    const targets: Readonly<Record<string, number>> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
    const target = targets[event.key];
    const next = target === undefined ? undefined : tabs.at(target % tabs.length);
    if (!next) return;
    event.preventDefault();
    onChoose(next.key);
    list.current?.querySelector<HTMLElement>(`#${id}-${next.key}`)?.focus();
  };
  return (
    <>
      <div role="tablist" className="tabs" aria-label={label} ref={list} onKeyDown={move}>
        {tabs.map(({ key, title }) => (
          <button key={key} type="button" role="tab" id={`${id}-${key}`} aria-selected={key === chosen} aria-controls={`${id}-content`} tabIndex={key === chosen ? 0 : -1} onClick={() => onChoose(key)}>{title}</button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-content`} aria-labelledby={`${id}-${chosen}`}>{children}</div>
    </>
  );
}
