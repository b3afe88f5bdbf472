// Hires of a year: by quarter, and the departments above the mean.

import type { Department, Hires as HiresRow } from "../api/types.ts";
import { useLoad } from "../state/load.ts";
import { wholeReport } from "../state/reports.ts";
import { href, setQuery, useText } from "../state/router.ts";
import { Button, Card, Empty, Failure, Link, Skeleton } from "../ui/basic.tsx";
import { Bars, Columns } from "../ui/charts.tsx";
import { Field } from "../ui/form.tsx";
import { count, figure } from "../ui/format.ts";
import { LongTable } from "../ui/longtable.tsx";
import { type TableColumn } from "../ui/table.tsx";
import { ReportFiles } from "./reports.tsx";

const YEAR = 2021;
const QUARTERS = ["Q1", "Q2", "Q3", "Q4"] as const;

function Year({ year }: { year: number }) {
  const [text, setText] = useText(String(year));
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        setQuery({ year: text });
      }}
    >
      <Field label="Year" type="number" min="1" max="9999" required value={text} set={setText} />
      <Button type="submit">Show</Button>
    </form>
  );
}

const LoadHires = () => <Link to={href(["data", "load"], { table: "hired_employees" })}>Load hired employees</Link>;
const yearOf = (query: URLSearchParams) => Number(query.get("year")) || YEAR;
const total = ({ Q1, Q2, Q3, Q4 }: HiresRow) => Q1 + Q2 + Q3 + Q4;

const HIRES: TableColumn<HiresRow>[] = [
  { name: "department", title: "Department", cell: ({ department }) => department, sort: ({ department }) => department },
  { name: "job", title: "Job", cell: ({ job }) => job, sort: ({ job }) => job },
  ...QUARTERS.map((quarter) => ({
    name: quarter,
    title: quarter,
    number: true,
    cell: (row: HiresRow) => count(row[quarter]),
    sort: (row: HiresRow) => row[quarter],
  })),
  { name: "total", title: "Year", number: true, cell: (row) => count(total(row)), sort: total },
];

export function Hires({ query }: { query: URLSearchParams }) {
  const year = yearOf(query);
  const path = "reports/hires-by-quarter";
  const report = useLoad(`${path} ${year}`, (signal) => wholeReport<HiresRow>(path, { year }, signal));
  const rows = report.data?.results;
  return (
    <Card title={`Hires by quarter, ${year}`} actions={<ReportFiles path={path} query={{ year }} name={`hires-by-quarter-${year}`} />}>
      <Year year={year} />
      <Failure error={report.error} retry={() => void report.reload()} />
      {!rows && !report.error && <Skeleton lines={8} />}
      {rows && !rows.length && (
        <Empty title={`Nobody was hired in ${year}.`}>
          <p>Only hires with a known department and job count. Choose another year, or load hires.</p>
          <LoadHires />
        </Empty>
      )}
      {rows && rows.length > 0 && (
        <>
          <Columns label={`Hires in ${year}`} bars={QUARTERS.map((name) => ({ name, value: rows.reduce((sum, row) => sum + row[name], 0) }))} />
          <LongTable caption={`Hires by quarter, ${year}`} columns={HIRES} rows={rows} text={({ department, job }) => `${department} ${job}`} noun="row" />
        </>
      )}
    </Card>
  );
}

const DEPARTMENTS: TableColumn<Department>[] = [
  { name: "department", title: "Department", cell: ({ department }) => department, sort: ({ department }) => department },
  { name: "id", title: "Id", cell: ({ id }) => id, sort: ({ id }) => id },
  { name: "hired", title: "Hired", number: true, cell: ({ hired }) => count(hired), sort: ({ hired }) => hired },
];

export function Departments({ query }: { query: URLSearchParams }) {
  const year = yearOf(query);
  const path = "reports/departments-above-mean";
  const report = useLoad(`${path} ${year}`, (signal) => wholeReport<Department>(path, { year }, signal));
  const rows = report.data?.results;
  const mean = report.data?.mean ?? 0;
  return (
    <Card title={`Departments above the mean, ${year}`} actions={<ReportFiles path={path} query={{ year }} name={`departments-above-mean-${year}`} />}>
      <Year year={year} />
      <Failure error={report.error} retry={() => void report.reload()} />
      {!rows && !report.error && <Skeleton lines={6} />}
      {rows && !rows.length && (
        <Empty title={`No department hired more than the mean in ${year}.`}>
          <p>Choose another year, or load hires.</p>
          <LoadHires />
        </Empty>
      )}
      {rows && rows.length > 0 && (
        <>
          <Bars
            label={`Hires of departments above the mean of ${figure(mean)}`}
            bars={rows.map(({ department, hired }) => ({ name: department, value: hired }))}
            line={{ value: mean, name: "mean of all departments that hired" }}
          />
          <details>
            <summary>As a table</summary>
            <LongTable caption="Departments above the mean" columns={DEPARTMENTS} rows={rows} text={({ department }) => department} noun="department" />
          </details>
        </>
      )}
    </Card>
  );
}
