// A table of rows that are all here: filtered, sorted, and drawn a page at a time.

import { useState } from "preact/hooks";
import { Empty, Field } from "./basic.tsx";
import { plural } from "./format.ts";
import { Pager, type Sorting, Table, type TableColumn, sorted } from "./table.tsx";

const LENGTH = 50; // rows of a page

interface LongTableProps<T> {
  caption: string;
  columns: TableColumn<T>[];
  rows: T[];
  /** What the filter looks through */
  text: (row: T) => string;
  noun: string;
}

export function LongTable<T>({ caption, columns, rows, text, noun }: LongTableProps<T>) {
  const [filter, setFilter] = useState("");
  const [sorting, setSorting] = useState<Sorting>();
  const [page, setPage] = useState(0);
  const wanted = filter.trim().toLowerCase();
  const matching = wanted ? rows.filter((row) => text(row).toLowerCase().includes(wanted)) : rows;
  const ordered = sorted(matching, columns, sorting);
  const last = Math.max(0, Math.ceil(ordered.length / LENGTH) - 1);
  const here = Math.min(page, last);
  return (
    <>
      <div class="row">
        <Field label="Filter" type="search" value={filter} set={setFilter} autocomplete="off" />
        <p class="quiet" role="status">
          {plural(matching.length, noun)}
        </p>
      </div>
      {matching.length ? (
        <Table
          caption={caption}
          columns={columns}
          rows={ordered.slice(here * LENGTH, (here + 1) * LENGTH)}
          sorting={sorting}
          setSorting={setSorting}
          fits
        />
      ) : (
        <Empty title="Nothing matches the filter." />
      )}
      <Pager
        number={here + 1}
        previous={here ? () => setPage(here - 1) : undefined}
        next={here < last ? () => setPage(here + 1) : undefined}
        name={caption}
      />
    </>
  );
}
