// Tables: a caption for screen readers, numbers to the right. Where they do not fit each row becomes a
// list of its cells (fit.ts), for which the roles are named: a browser forgets those of a restyled table.

import { useRef } from "preact/hooks";
import type { Pages } from "../state/paging.ts";
import { Button, type Children, Empty, Failure, Skeleton } from "./basic.tsx";
import { useFit } from "./fit.ts";

export interface TableColumn<T> {
  name: string;
  title: string;
  cell: (row: T) => Children;
  number?: boolean;
  /** In a list of cells it has a line of its own; a name heads the others, without its title */
  line?: "wide" | "name";
  /** Under the title, e.g. the type */
  note?: string;
  sort?: (row: T) => string | number;
}

export interface Sorting {
  column: string;
  down: boolean;
}

interface TableProps<T> {
  caption: string;
  columns: TableColumn<T>[];
  rows: readonly T[];
  keyOf?: (row: T) => string | number;
  sorting?: Sorting | undefined;
  setSorting?: (sorting: Sorting) => void;
  /** Few short columns, for which most phones have room */
  fits?: boolean | undefined;
}

export function Table<T>({ caption, columns, rows, keyOf, sorting, setSorting, fits = false }: TableProps<T>) {
  const box = useFit(fits);
  return (
    <div ref={box} class={fits ? "scroll fits" : "scroll"}>
      <table role="table">
        <caption class="hidden">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => {
              const mine = sorting?.column === column.name;
              const arrow = mine ? (sorting.down ? " ↓" : " ↑") : "";
              const sortable = column.sort && setSorting;
              return (
                <th
                  scope="col"
                  role="columnheader"
                  class={column.number ? "number" : ""}
                  aria-sort={mine ? (sorting.down ? "descending" : "ascending") : undefined}
                >
                  {sortable ? (
                    <button class="sort" type="button" onClick={() => setSorting({ column: column.name, down: mine && !sorting.down })}>
                      {column.title}
                      <span aria-hidden="true">{arrow}</span>
                    </button>
                  ) : (
                    column.title
                  )}
                  {column.note && <small>{column.note}</small>}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row, index) => (
            <tr role="row" key={keyOf ? keyOf(row) : index}>
              {columns.map((column) => (
                <td role="cell" data-title={column.title} class={column.number ? "number" : (column.line ?? "")}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function sorted<T>(rows: readonly T[], columns: TableColumn<T>[], sorting: Sorting | undefined): T[] {
  const by = columns.find(({ name }) => name === sorting?.column)?.sort;
  if (!by) return [...rows];
  const order = (a: T, b: T) => {
    const [x, y] = [by(a), by(b)];
    return typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
  };
  const result = rows.toSorted(order);
  return sorting?.down ? result.reverse() : result;
}

interface PagerProps {
  number: number;
  previous: (() => void) | undefined;
  next: (() => void) | undefined;
  name: string;
  /** While a page is loading there may be another one */
  loading?: boolean;
}

/** Its buttons keep the focus when there is no further page: a button that is disabled would lose it. */
export function Pager({ number, previous, next, name, loading = false }: PagerProps) {
  const there = useRef(false);
  there.current = Boolean(previous ?? next) || (loading && there.current);
  if (!there.current) return null;
  const button = (text: string, to: (() => void) | undefined) => (
    <Button onClick={to} aria-disabled={to ? undefined : "true"}>
      {text}
    </Button>
  );
  return (
    <nav class="pager" aria-label={`Pages of ${name}`}>
      {button("Previous", previous)}
      <span role="status">
        <span class="hidden">{name}: </span>Page {number}
      </span>
      {button("Next", next)}
    </nav>
  );
}

interface ListProps<T> {
  pages: Pages<T>;
  caption: string;
  columns: TableColumn<T>[];
  keyOf: (row: T) => string | number;
  empty: Children;
  fits?: boolean;
}

/** A list of the API as a table: while it loads, when it is empty, when it failed. */
export function ListTable<T>({ pages, caption, columns, keyOf, empty, fits }: ListProps<T>) {
  const { data, error, reload } = pages;
  // the next page has as many rows as this one, until it is known
  const rows = useRef(6);
  if (data?.items.length) rows.current = data.items.length;
  if (data && !data.items.length && pages.number === 1 && !pages.next) return <>{empty}</>;
  return (
    <>
      <Failure error={error} retry={() => void reload()} />
      {!data && !error && <Skeleton lines={rows.current} rows />}
      {data && data.items.length > 0 && <Table caption={caption} columns={columns} rows={data.items} keyOf={keyOf} fits={fits} />}
      {data && !data.items.length && <Empty title={pages.next ? "Nothing on this page; the next one may have more." : "Nothing more."} />}
      <Pager number={pages.number} previous={pages.previous} next={pages.next} name={caption} loading={!data} />
    </>
  );
}
