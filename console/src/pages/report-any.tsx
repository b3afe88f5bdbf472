// A report that has no page of its own: its parameters, its figures and its rows, as the API declares them.

import type { Cell, Row } from "../api/types.ts";
import { useLoad } from "../state/load.ts";
import { type Declared, MOST_ROWS, rowsOf, wholeReport } from "../state/reports.ts";
import { setQuery, useText } from "../state/router.ts";
import { Button, Card, Empty, Failure, Skeleton } from "../ui/basic.tsx";
import { Field } from "../ui/form.tsx";
import { cell, count, title } from "../ui/format.ts";
import { LongTable } from "../ui/longtable.tsx";
import type { TableColumn } from "../ui/table.tsx";
import { Text } from "../ui/text.tsx";
import { ReportFiles } from "./reports.tsx";

const figure = (value: Cell) => (typeof value === "number" ? count(value) : cell(value));
const order = (value: Cell) => (typeof value === "number" ? value : cell(value));

const columnOf = ({ name, number }: Declared["columns"][number]): TableColumn<Row> => ({
  name,
  title: title(name),
  number,
  cell: (row) => (number ? figure(row[name]) : <Text>{cell(row[name])}</Text>),
  sort: (row) => order(row[name]),
});

export function AnyReport({ report, query }: { report: Declared; query: URLSearchParams }) {
  const { name, parameters, columns } = report;
  const path = `reports/${name}`;
  const asked = Object.fromEntries(parameters.map((each) => [each.name, query.get(each.name) ?? each.default]));
  const loading = useLoad(JSON.stringify([path, asked]), (signal) => wholeReport<Row>(path, asked, signal, report.rows));
  const rows = loading.data && rowsOf(loading.data, report.rows);
  return (
    <Card title={report.summary} actions={<ReportFiles path={path} query={asked} name={name} />}>
      {parameters.length > 0 && <Parameters report={report} asked={asked} key={JSON.stringify(asked)} />}
      <Failure error={loading.error} retry={() => void loading.reload()} />
      {!rows && !loading.error && <Skeleton lines={8} />}
      {rows && !rows.length && <Empty title="Nothing to report here" />}
      {rows && rows.length > 0 && (
        <>
          <LongTable caption={report.summary} columns={columns.map(columnOf)} rows={rows} text={(row) => Object.values(row).map(cell).join(" ")} noun="row" />
          {rows.length >= MOST_ROWS && <p class="quiet">The first {count(MOST_ROWS)} rows; the CSV file has all of them.</p>}
        </>
      )}
    </Card>
  );
}

type Asked = Record<string, string | number | null>;

function Parameters({ report, asked }: { report: Declared; asked: Asked }) {
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        setQuery(Object.fromEntries([...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)])));
      }}
    >
      {report.parameters.map((parameter) => (
        <Parameter {...parameter} value={String(asked[parameter.name] ?? "")} key={parameter.name} />
      ))}
      <Button type="submit">Show</Button>
    </form>
  );
}

function Parameter({ name, description, minimum, maximum, value }: Declared["parameters"][number] & { value: string }) {
  const [text, setText] = useText(value);
  const number = minimum === undefined ? {} : { type: "number", min: minimum, max: maximum ?? "" };
  return <Field label={title(name)} name={name} hint={description} value={text} set={setText} {...number} />;
}
