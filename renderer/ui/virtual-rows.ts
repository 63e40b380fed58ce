// The rows of a long list that are near enough to be seen: only they stand in the page.
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, useState } from "react";

/** Rows drawn above and below what can be seen. */
const overscan = 12;

export interface VirtualRows {
  /** Goes to the element that scrolls. */
  readonly scroller: (element: HTMLElement | null) => void;
  /** Length of all rows, in pixels. */
  readonly length: number;
  /** `start` is in pixels from the first row. */
  readonly rows: readonly { readonly index: number; readonly start: number }[];
  /** Scrolls as little as needed for the row to be seen whole. */
  readonly reveal: (index: number) => void;
  /** Rows that can be seen whole at once; at least one. */
  readonly pageLength: () => number;
}

/**
 * `height` is that of a row and `headHeight` that of a head which stays on top, both in pixels; `kept` is the row that is
 * drawn wherever it stands, since it may have the focus; `from` is how far the list is scrolled at first.
 */
export function useVirtualRows({ count, height, headHeight, kept, from }: {
  readonly count: number; readonly height: number; readonly headHeight: number; readonly kept: number; readonly from: number;
}): VirtualRows {
  const [element, setElement] = useState<HTMLElement | null>(null);
  // Its answers change while it stays the same object: nothing here is remembered from one drawing to the next.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count, overscan, useFlushSync: false,
    getScrollElement: () => element,
    estimateSize: useCallback(() => height, [height]),
    scrollMargin: headHeight, scrollPaddingStart: headHeight, initialOffset: from,
    rangeExtractor: useCallback((range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const near = defaultRangeExtractor(range);
      return kept < 0 || kept >= range.count || near.includes(kept) ? near : [...near, kept].toSorted((one, other) => one - other);
    }, [kept]),
  });
  // The measures that it keeps are of rows of the height before.
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, height]);
  return {
    scroller: setElement,
    length: virtualizer.getTotalSize(),
    rows: virtualizer.getVirtualItems().map(({ index, start }) => ({ index, start: start - headHeight })),
    reveal: (index) => virtualizer.scrollToIndex(index, { align: "auto" }),
    pageLength: () => Math.max(1, Math.floor(((element?.clientHeight ?? 0) - headHeight) / height)),
  };
}
