// The field that a list is searched with: Ctrl+F leads to it, Escape empties it.
import { useLayoutEffect, useRef } from "react";
import { Input, SearchIcon } from "../ui/index.ts";

/** `onDown` is called for the arrow that leads from the field into the list. */
export function SearchField({ label, hint, text, onText, onDown }: {
  readonly label: string; readonly hint: string; readonly text: string; readonly onText: (text: string) => void; readonly onDown?: () => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  // Before the field is painted: whoever sees it can press the key already.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "f" || !field.current) return;
      event.preventDefault();
      field.current.select();
      field.current.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <Input ref={field} type="search" className="search" aria-label={label} placeholder={hint} contentBefore={<SearchIcon />} value={text}
      onChange={(_, { value }) => onText(value)}
      onKeyDown={(event) => {
        if (event.key === "Escape") onText("");
        if (event.key === "ArrowDown" && onDown) {
          event.preventDefault();
          onDown();
        }
      }} />
  );
}
