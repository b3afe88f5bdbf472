// A table of rows that are all here: filtered, sorted, and drawn a page at a time. The filter and the
// order are in the address, so that a link has them.

import { useState } from "preact/hooks";
import { place, setQuery, useText } from "../state/router.ts";
import { Empty } from "./basic.tsx";
import { Field } from "./form.tsx";
import { plural } from "./format.ts";
import { printing } from "./print.ts";
import { Pager, type Sorting, Table, type TableColumn, sorted } from "./table.tsx";

const LENGTH = 50; // rows of a page
const FEW = 10; // rows that are seen at a glance

interface LongTableProps<T> {
  caption: string;
  columns: TableColumn<T>[];
  rows: T[];
  /** What the filter looks through */
  text: (row: T) => string;
  noun: string;
}

/** "-total": by the total, the largest first. */
function sortingOf(text: string | null): Sorting | undefined {
  return text ? { column: text.replace(/^-/, ""), down: text.startsWith("-") } : undefined;
}

export function LongTable<T>({ caption, columns, rows, text, noun }: LongTableProps<T>) {
  const { query } = place.value;
  const [filter, setFilter] = useText(query.get("filter") ?? "");
  const sorting = sortingOf(query.get("sort"));
  const [page, setPage] = useState(0);
  const wanted = filter.trim().toLowerCase();
  const matching = wanted ? rows.filter((row) => text(row).toLowerCase().includes(wanted)) : rows;
  const ordered = sorted(matching, columns, sorting);
  const last = Math.max(0, Math.ceil(ordered.length / LENGTH) - 1);
  const here = Math.min(page, last);
  return (
    <>
      {(rows.length > FEW || filter) && (
        <div class="row">
          <Field label="Filter" type="search" value={filter} set={setFilter} onChange={() => setQuery({ filter })} autocomplete="off" />
          <p class="quiet" role="status">
            {plural(matching.length, noun)}
          </p>
        </div>
      )}
      {matching.length ? (
        <Table
          caption={caption}
          columns={columns}
          rows={printing.value ? ordered : ordered.slice(here * LENGTH, (here + 1) * LENGTH)}
          sorting={sorting}
          setSorting={({ column, down }) => {
            setPage(0);
            setQuery({ filter, sort: `${down ? "-" : ""}${column}` });
          }}
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
