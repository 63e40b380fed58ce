// The list of certificates as a grid: only the rows in sight are drawn, the arrow keys walk all of them, Enter opens one.
import { memo, useImperativeHandle, useLayoutEffect, useRef, type KeyboardEvent, type Ref } from "react";
import { useLanguage, useSay } from "../../messages/language.tsx";
import { formatDay } from "../../messages/moment.ts";
import { addressOf } from "../../shell/route.ts";
import { KeySmallIcon, NoneSmallIcon, SortDownIcon, SortUpIcon, useNarrow, useVirtualRows } from "../../ui/index.ts";
import { keyName } from "./certificate-card.tsx";
import { columns, type Column, type Entry, type Sort } from "./certificate-list.ts";
import { commonName } from "./days-left.ts";
import { DaysLeftLabel } from "./days-left-label.tsx";

/** Heights in pixels, as in certificate.css: of a row, and of the head, in a wide window and in a narrow one. */
const wide = { row: 60, head: 36 } as const;
const stacked = { row: 116, head: 72 } as const;
/** The list is not pressed below this height while it has the rows to fill it. */
const leastHeight = 240;

const Row = memo(function Row({ entry, index, start, active }: { readonly entry: Entry; readonly index: number; readonly start: number; readonly active: boolean }) {
  const { say, tag } = useLanguage();
  const { certificate, name } = entry;
  const issuer = certificate.issuer === certificate.subject ? say("certificates.issuedByItself") : say("certificates.issuedBy", { issuer: commonName(certificate.issuer) });
  return (
    <div role="row" aria-rowindex={index + 2} className="grid-row" style={{ transform: `translateY(${start}px)` }}>
      <div role="rowheader" className="grid-name">
        <a href={addressOf({ page: "certificate", store: certificate.store, thumbprint: certificate.thumbprint })} tabIndex={active ? 0 : -1} data-index={index} title={name}>{name}</a>
        <div className="dim ellipsis" title={certificate.issuer}>{issuer}</div>
      </div>
      <div role="gridcell" className="grid-ending"><div>{formatDay(certificate.notAfter, tag)}</div><DaysLeftLabel certificate={certificate} /></div>
      <div role="gridcell">{keyName(certificate.keyType)}</div>
      <div role="gridcell">
        {certificate.hasPrivateKey
          ? <span className="with-icon"><KeySmallIcon />{say("certificates.hasKey")}</span>
          : <span className="with-icon dim"><NoneSmallIcon />{say("certificates.noKey")}</span>}
      </div>
      <div role="gridcell">{say(`store.${certificate.store}`)}</div>
    </div>
  );
});

function Head({ sort, onSort }: { readonly sort: Sort; readonly onSort: (sort: Sort) => void }) {
  const say = useSay();
  const toggle = (column: Column) => onSort({ column, descending: sort.column === column && !sort.descending });
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" aria-rowindex={1}>
        {columns.map((column) => {
          const sorted = sort.column === column;
          return (
            <div key={column} role="columnheader" aria-sort={!sorted ? "none" : sort.descending ? "descending" : "ascending"}>
              <button type="button" onClick={() => toggle(column)}>{say(`certificates.column.${column}`)}{sorted && (sort.descending ? <SortDownIcon /> : <SortUpIcon />)}</button>
            </div>
          );
        })}
      </div>
    </div>
  );
}

export interface CertificateGridHandle {
  /** Gives the focus to the row that the arrow keys begin at. */
  readonly focus: () => void;
  readonly toTop: () => void;
}

/** `active` is the id of the row that has the focus or gets it next; `from` is how far the list is scrolled at first, in pixels. */
export function CertificateGrid({ ref, entries, sort, active, from, onSort, onActive, onScroll }: {
  readonly ref: Ref<CertificateGridHandle>;
  readonly entries: readonly Entry[];
  readonly sort: Sort;
  readonly active: string | null;
  readonly from: number;
  readonly onSort: (sort: Sort) => void;
  readonly onActive: (id: string) => void;
  readonly onScroll: (top: number) => void;
}) {
  const say = useSay();
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
    <div role="grid" className="certificate-grid" aria-label={say("certificates.list")} aria-rowcount={entries.length + 1} aria-colcount={columns.length}
      ref={scroller} style={{ minBlockSize: Math.min(leastHeight, measures.head + length + 2) }} onScroll={(event) => onScroll(event.currentTarget.scrollTop)}>
      <Head sort={sort} onSort={onSort} />
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
