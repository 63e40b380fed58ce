// Which of very many lines of one height can be seen. It keeps nothing of those that cannot, however many there are.
import { useEffect, useState } from "react";

/** Lines drawn above and below what can be seen. */
const overscan = 20;

export interface LineWindow {
  /** Goes to the element that scrolls, and to what happens there. */
  readonly scroller: (element: HTMLElement | null) => void;
  readonly onScroll: (event: { readonly currentTarget: HTMLElement }) => void;
  /** Indexes of the lines that are drawn: from the first, up to but without the second. */
  readonly from: number;
  readonly to: number;
}

/** `height` is that of a line, in pixels. */
export function useLineWindow(count: number, height: number): LineWindow {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [first, setFirst] = useState(0);
  const [shown, setShown] = useState(40);
  useEffect(() => {
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setShown(Math.ceil(element.clientHeight / height) + 1));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element, height]);
  // In steps, so that not every pixel draws anew.
  const step = overscan / 2;
  return {
    scroller: setElement,
    onScroll: ({ currentTarget }) => setFirst(Math.floor(currentTarget.scrollTop / height / step) * step),
    from: Math.max(0, Math.min(first, count - 1) - overscan), to: Math.min(count, first + shown + overscan),
  };
}
