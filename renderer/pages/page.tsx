// The frame of a page: its heading, which gets the focus when the page or step changes, and its lead sentence.
import { useEffect, useLayoutEffect, useRef, type ReactNode } from "react";
import { useSay } from "../messages/language.tsx";

/** False until the first page was shown: then focus stays where the browser put it. */
let shown = false;

/** `part` is the part of the page that is open, for the title of the window. */
export function Page({ title, part, lead, above, children }: {
  readonly title: string; readonly part?: string; readonly lead?: ReactNode; readonly above?: ReactNode; readonly children: ReactNode;
}) {
  const say = useSay();
  useEffect(() => { document.title = [...(part === undefined ? [] : [part]), title, say("app.name")].join(" – "); }, [title, part, say]);
  return (
    <>
      {above}
      <Heading level={1}>{title}</Heading>
      {lead !== undefined && <p className="lead">{lead}</p>}
      {children}
    </>
  );
}

/** A heading that takes the focus when it appears, so that the keyboard and a screen reader begin there. */
export function Heading({ level, children }: { readonly level: 1 | 2; readonly children: ReactNode }) {
  const element = useRef<HTMLHeadingElement>(null);
  // Before it is painted: focus that came later would be taken from whoever used the page at once.
  useLayoutEffect(() => {
    if (shown) {
      element.current?.focus({ preventScroll: true });
      element.current?.closest("main")?.scrollTo({ top: 0 });
    }
    shown = true;
  }, []);
  return level === 1 ? <h1 ref={element} tabIndex={-1}>{children}</h1> : <h2 className="step-title" ref={element} tabIndex={-1}>{children}</h2>;
}
