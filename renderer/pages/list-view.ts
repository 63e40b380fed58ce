// How a list is shown: its filter, its order, the row that the Tab key leads to, and where it was scrolled; found the same when one comes back to it.
import { useEffect, useRef, useState, type RefObject } from "react";
import type { RowGridHandle } from "./row-grid.tsx";

interface View<Filter, Sort> { readonly filter: Filter; readonly sort: Sort; readonly active: string | null }

type Left<Filter, Sort> = View<Filter, Sort> & { readonly top: number };

/** Kept beside a page, outside of what React forgets with it. */
export interface KeptView<Filter, Sort> {
  readonly left: () => Left<Filter, Sort>;
  readonly leave: (part: Partial<Left<Filter, Sort>>) => void;
}

export function keptView<Filter, Sort>(filter: Filter, sort: Sort): KeptView<Filter, Sort> {
  let left: Left<Filter, Sort> = { filter, sort, active: null, top: 0 };
  return { left: () => left, leave: (part) => { left = { ...left, ...part }; } };
}

export interface ListView<Filter, Sort> {
  readonly filter: Filter;
  readonly sort: Sort;
  /** Shows the list by another filter or order, from its top. */
  readonly show: (part: { readonly filter?: Filter; readonly sort?: Sort }) => void;
  readonly grid: RefObject<RowGridHandle | null>;
  /** What the grid of rows takes of it. */
  readonly rows: {
    readonly sort: Sort; readonly active: string | null; readonly from: number;
    readonly onSort: (sort: Sort) => void; readonly onActive: (id: string) => void; readonly onScroll: (top: number) => void;
  };
}

/** `isEmpty` tells whether a filter leaves nothing: then the list begins without one, as nobody comes back to an empty list. */
export function useListView<Filter, Sort>(kept: KeptView<Filter, Sort>, noFilter: Filter, isEmpty: (filter: Filter) => boolean): ListView<Filter, Sort> {
  const [view, setView] = useState<View<Filter, Sort>>(() => (isEmpty(kept.left().filter) ? { ...kept.left(), filter: noFilter } : kept.left()));
  const grid = useRef<RowGridHandle>(null);
  const [from] = useState(() => kept.left().top);
  const top = useRef(from);
  useEffect(() => {
    kept.leave({ ...view, top: top.current });
  }, [kept, view]);

  // What is found anew is seen from its top, and walked from there.
  const show = (part: { readonly filter?: Filter; readonly sort?: Sort }): void => {
    grid.current?.toTop();
    setView({ ...view, active: null, ...part });
  };
  return {
    filter: view.filter, sort: view.sort, show, grid,
    rows: {
      sort: view.sort, active: view.active, from,
      onSort: (sort) => show({ sort }),
      onActive: (id) => setView((before) => ({ ...before, active: id })),
      onScroll: (scrolled) => {
        top.current = scrolled;
        kept.leave({ top: scrolled });
      },
    },
  };
}
