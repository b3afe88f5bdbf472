// The data sets: which there are, the rows of one, and a row by its key.

import { useEffect, useRef, useState } from "preact/hooks";
import { Problem, get } from "../api/http.ts";
import type { Column, Row, Table as TableInfo } from "../api/types.ts";
import { wholeCsv } from "../state/csv.ts";
import { useAction, useLoad } from "../state/load.ts";
import { usePages } from "../state/paging.ts";
import { href, setQuery, useText } from "../state/router.ts";
import { loadTables } from "../state/tables.ts";
import { announce } from "../ui/announce.tsx";
import { Button, Card, Empty, Failure, Link, Skeleton, SkeletonCard } from "../ui/basic.tsx";
import { download } from "../ui/download.ts";
import { Field } from "../ui/form.tsx";
import { cell, count, plural, title } from "../ui/format.ts";
import { Heading, Tabs } from "../ui/page.tsx";
import { Text } from "../ui/text.tsx";
import { ListTable, Table, type TableColumn } from "../ui/table.tsx";
import { Load } from "./load.tsx";
import type { PageProps } from "./pages.ts";

const TYPES: Record<string, string> = { int: "whole number", str: "text", datetime: "date and time", ints: "whole numbers" };
const NUMBERS = new Set(["int", "number", "float"]);
const isId = (name: string) => name === "id" || name.endsWith("_id");
const CSV_ROWS = 1000; // of a page of a download
const UP = { title: "Data", to: href(["data"]) };

export function Data({ path: [name], query }: PageProps) {
  const tables = useLoad("tables", loadTables);
  if (name === "load") return <Load tables={tables} preferred={query.get("table") ?? ""} />;
  const table = tables.data?.find((each) => each.name === name);
  if (name && table) return <Rows table={table} tables={tables.data ?? []} wanted={query.get("key") ?? ""} key={name} />;
  if (name && !tables.data && !tables.error) {
    return (
      <>
        <Heading title={title(name)} up={UP} />
        <SkeletonCard />
      </>
    );
  }
  const loadLink = (
    <Link class="button main" to={href(["data", "load"])}>
      Load files
    </Link>
  );
  return (
    <>
      <Heading title="Data" actions={loadLink} />
      <div class="stack">
        {name && tables.data && <Failure error={new Error(`There is no table ${name}. These are the tables:`)} />}
        <Card>
          {tables.error && <Failure error={tables.error} retry={() => void tables.reload()} />}
          {!tables.data && !tables.error && <Skeleton lines={6} />}
          {tables.data && <Table caption="Tables" columns={TABLE_COLUMNS} rows={tables.data} keyOf={(each) => each.name} />}
        </Card>
      </div>
    </>
  );
}

const TABLE_COLUMNS: TableColumn<TableInfo>[] = [
  { name: "name", title: "Table", line: "name", cell: ({ name }) => <Link to={href(["data", name])}>{title(name)}</Link> },
  { name: "rows", title: "Rows", number: true, cell: ({ rows }) => count(rows) },
  { name: "columns", title: "Columns", line: "wide", cell: ({ columns }) => columns.map(({ name }) => name).join(", ") },
];

const columnOf = ({ name, type, required }: Column): TableColumn<Row> => ({
  name,
  title: name,
  note: `${TYPES[type] ?? type}${required ? ", required" : ""}`,
  number: NUMBERS.has(type) && !isId(name),
  cell: (row) => (type.startsWith("date") ? <span class="nowrap">{cell(row[name])}</span> : <Text>{cell(row[name])}</Text>),
});

function Rows({ table, tables, wanted }: { table: TableInfo; tables: TableInfo[]; wanted: string }) {
  const [text, setText] = useText(wanted);
  const pages = usePages<Row>(`tables/${table.name}/rows`);
  const key = table.columns[0]?.name ?? "id";
  const columns = table.columns.map(columnOf);
  const find = (event: Event) => {
    event.preventDefault();
    setQuery({ key: text.trim() });
  };
  const loadLink = (
    <Link class="button main" to={href(["data", "load"], { table: table.name })}>
      Load files
    </Link>
  );
  return (
    <>
      <Heading
        title={title(table.name)}
        up={UP}
        actions={
          <>
            <Download table={table} />
            {loadLink}
          </>
        }
      />
      <Tabs label="Tables" tabs={tables.map(({ name }) => ({ title: title(name), to: href(["data", name]), here: name === table.name }))} />
      <div class="stack">
        <Card>
          <form class="row" role="search" onSubmit={find}>
            <Field label={`Find by ${key}`} value={text} set={setText} inputMode="numeric" autocomplete="off" />
            <Button type="submit">Find</Button>
            {wanted && (
              <Button
                kind="link"
                onClick={() => {
                  setText("");
                  setQuery({ key: null });
                }}
              >
                Show all rows
              </Button>
            )}
            {!wanted && <p class="quiet">{plural(table.rows, "row")}, in no particular order</p>}
          </form>
          {wanted ? (
            <OneRow table={table} columns={columns} wanted={wanted} />
          ) : (
            <ListTable
              pages={pages}
              caption={`Rows of ${title(table.name)}`}
              columns={columns}
              keyOf={(row) => String(row[key])}
              empty={
                <Empty title="No rows yet">
                  <p>Load a CSV file with these columns: {columns.map(({ title: name }) => name).join(", ")}.</p>
                  {loadLink}
                </Empty>
              }
            />
          )}
        </Card>
      </div>
    </>
  );
}

function OneRow({ table, columns, wanted }: { table: TableInfo; columns: TableColumn<Row>[]; wanted: string }) {
  const row = useLoad(wanted, (signal) => get<Row>(`tables/${table.name}/rows/${encodeURIComponent(wanted)}`, {}, signal));
  if (row.error instanceof Problem && row.error.status === 404) {
    return <Empty title={`No row has the key ${wanted}.`} />;
  }
  if (row.error) return <Failure error={row.error} retry={() => void row.reload()} />;
  return row.data ? <Table caption={`The row with the key ${wanted}`} columns={columns} rows={[row.data]} /> : <Skeleton lines={2} />;
}

function Download({ table }: { table: TableInfo }) {
  const action = useAction();
  const [rows, setRows] = useState(0);
  const running = useRef<AbortController>();
  useEffect(() => () => running.current?.abort(), []);
  const start = async () => {
    const controller = (running.current = new AbortController());
    setRows(0);
    try {
      const parts = await wholeCsv(`tables/${table.name}/rows`, { limit: CSV_ROWS }, controller.signal, (pages) => setRows(pages * CSV_ROWS));
      download(parts, `${table.name}.csv`, "text/csv");
      announce(`${table.name}.csv is downloaded`);
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
  };
  return (
    <>
      <Button busy={action.busy} onClick={() => void action.run(start)}>
        {action.busy && rows ? `${count(Math.min(rows, table.rows))} of ${count(table.rows)} rows` : "Download CSV"}
      </Button>
      {action.busy && <Button onClick={() => running.current?.abort()}>Cancel</Button>}
      <Failure error={action.error} />
    </>
  );
}
