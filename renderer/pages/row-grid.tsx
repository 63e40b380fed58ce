// A long list as a grid: only the rows in sight are drawn, the arrow keys walk all of them, Enter opens one.
import { useImperativeHandle, useLayoutEffect, useRef, type ComponentType, type KeyboardEvent, type Ref } from "react";
import { SortDownIcon, SortUpIcon, useNarrow, useVirtualRows } from "../ui/index.ts";

/** Heights in pixels, as in certificate.css: of a row, and of the head, in a wide window and in a narrow one. */
const wide = { row: 60, head: 36 } as const;
const stacked = { row: 116, head: 72 } as const;
/** The list is not pressed below this height while it has the rows to fill it. */
const leastHeight = 240;

export interface GridSort<Column extends string> { readonly column: Column; readonly descending: boolean }

/** `start` is in pixels from the first row; the link of an `active` row is where the Tab key leads. */
export interface GridRow<Entry> { readonly entry: Entry; readonly index: number; readonly start: number; readonly active: boolean }

export interface RowGridHandle {
  /** Gives the focus to the row that the arrow keys begin at. */
  readonly focus: () => void;
  readonly toTop: () => void;
}

function Head<Column extends string>({ columns, titleOf, sort, onSort }: {
  readonly columns: readonly Column[]; readonly titleOf: (column: Column) => string; readonly sort: GridSort<Column>; readonly onSort: (sort: GridSort<Column>) => void;
}) {
  const toggle = (column: Column) => onSort({ column, descending: sort.column === column && !sort.descending });
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" aria-rowindex={1}>
        {columns.map((column) => {
          const sorted = sort.column === column;
          return (
            <div key={column} role="columnheader" aria-sort={!sorted ? "none" : sort.descending ? "descending" : "ascending"}>
              <button type="button" onClick={() => toggle(column)}>{titleOf(column)}{sorted && (sort.descending ? <SortDownIcon /> : <SortUpIcon />)}</button>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/**
 * `active` is the id of the row that has the focus or gets it next; `from` is how far the list is scrolled at first, in
 * pixels. Each row has a link whose `data-index` is the row's.
 */
export function RowGrid<Entry extends { readonly id: string }, Column extends string>({ ref, name, label, row: Row, entries, columns, titleOf, sort, active, from, onSort, onActive, onScroll }: {
  readonly ref: Ref<RowGridHandle>;
  /** The class by which the styles know its columns. */
  readonly name: string;
  readonly label: string;
  readonly row: ComponentType<GridRow<Entry>>;
  readonly entries: readonly Entry[];
  readonly columns: readonly Column[];
  readonly titleOf: (column: Column) => string;
  readonly sort: GridSort<Column>;
  readonly active: string | null;
  readonly from: number;
  readonly onSort: (sort: GridSort<Column>) => void;
  readonly onActive: (id: string) => void;
  readonly onScroll: (top: number) => void;
}) {
  const measures = useNarrow() ? stacked : wide;
  const at = Math.max(0, entries.findIndex(({ id }) => id === active));
  const { scroller, length, rows, reveal, pageLength } = useVirtualRows({ count: entries.length, height: measures.row, headHeight: measures.head, kept: at, from });
  const body = useRef<HTMLDivElement>(null);
  const wanted = useRef(false);

  const focusRow = () => body.current?.querySelector<HTMLElement>(`a[data-index="${at}"]`)?.focus({ preventScroll: true });
  useLayoutEffect(() => {
    if (!wanted.current) return;
    wanted.current = false;
    focusRow();
  });
  useImperativeHandle(ref, () => ({ focus: () => { reveal(at); focusRow(); }, toTop: () => reveal(0) }));

  const move = (event: KeyboardEvent) => {
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + pageLength(), PageUp: at - pageLength(), Home: 0, End: entries.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined || event.altKey || event.shiftKey || event.metaKey) return;
    event.preventDefault();
    const next = Math.min(entries.length - 1, Math.max(0, target));
    const entry = entries[next];
    if (!entry || next === at) return;
    wanted.current = true;
    onActive(entry.id);
    reveal(next);
  };

  return (
    <div role="grid" className={`row-grid ${name}`} aria-label={label} aria-rowcount={entries.length + 1} aria-colcount={columns.length}
      ref={scroller} style={{ minBlockSize: Math.min(leastHeight, measures.head + length + 2) }} onScroll={(event) => onScroll(event.currentTarget.scrollTop)}>
      <Head columns={columns} titleOf={titleOf} sort={sort} onSort={onSort} />
      <div role="rowgroup" className="grid-body" ref={body} style={{ blockSize: length }} onKeyDown={move}
        onFocus={(event) => {
          const entry = entries[Number((event.target as HTMLElement).dataset["index"])];
          if (entry && entry.id !== active) onActive(entry.id);
        }}>
        {rows.map(({ index, start }) => {
          const entry = entries[index];
          return entry && <Row key={entry.id} entry={entry} index={index} start={start} active={index === at} />;
        })}
      </div>
    </div>
  );
}
