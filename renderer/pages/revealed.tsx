// What must be seen the moment it appears: it scrolls itself into view, clear of the buttons at the foot of the page.
import { useEffect, useRef, type ReactNode } from "react";

/** With a new `key` it is shown anew. */
export function Revealed({ children }: { readonly children: ReactNode }) {
  const element = useRef<HTMLDivElement>(null);
  // In braces: newer engines give a promise here, which is no way to clean up.
  useEffect(() => { element.current?.scrollIntoView({ block: "nearest" }); }, []);
  return <div className="revealed" ref={element}>{children}</div>;
}
