// What each factory made and was to make over a span of days.

import type { Production } from "../api/types.ts";
import { useLoad } from "../state/load.ts";
import { factoryName } from "../state/factories.ts";
import { wholeReport } from "../state/reports.ts";
import { href, setQuery, useText } from "../state/router.ts";
import { Button, Card, Empty, Failure, Link, Skeleton } from "../ui/basic.tsx";
import { Bars } from "../ui/charts.tsx";
import { Field } from "../ui/form.tsx";
import { count, date, percent } from "../ui/format.ts";
import { LongTable } from "../ui/longtable.tsx";
import type { TableColumn } from "../ui/table.tsx";
import { Name } from "../ui/text.tsx";
import { ReportFiles } from "./reports.tsx";

const PATH = "reports/production";

/** The first or last second of a day of UTC. */
function second(day: string | null, end: boolean): number | undefined {
  if (!day) return undefined;
  const seconds = Date.parse(`${day}T00:00:00Z`) / 1000;
  return Number.isNaN(seconds) ? undefined : seconds + (end ? 86_399 : 0);
}

/** On paper the fields of the days are missing. */
const daysOf = (from: string | null, to: string | null) => [from && ` from ${date(from)}`, to && ` to ${date(to)}`].filter(Boolean).join("");

const COLUMNS: TableColumn<Production>[] = [
  { name: "name", title: "Factory", line: "name", cell: (row) => <Link to={href(["factories", row.factory_id])}><Name>{nameOf(row)}</Name></Link>, sort: (row) => nameOf(row) },
  { name: "actual", title: "Actual", number: true, cell: ({ actual }) => count(actual), sort: ({ actual }) => actual },
  { name: "goal", title: "Goal", number: true, cell: ({ goal }) => count(goal), sort: ({ goal }) => goal },
  { name: "attainment", title: "Attainment", number: true, cell: ({ attainment }) => percent(attainment), sort: ({ attainment }) => attainment ?? -1 },
  { name: "points", title: "Points", number: true, cell: ({ points }) => count(points), sort: ({ points }) => points },
];

const nameOf = ({ factory_id, name }: Production) => factoryName({ id: factory_id, name });

export function ProductionReport({ query }: { query: URLSearchParams }) {
  const [from, setFrom] = useText(query.get("from") ?? "");
  const [to, setTo] = useText(query.get("to") ?? "");
  const asked = { from: second(query.get("from"), false), to: second(query.get("to"), true) };
  const backwards = from && to && from > to;
  const report = useLoad(`${PATH} ${asked.from} ${asked.to}`, (signal) => wholeReport<Production>(PATH, asked, signal));
  const rows = report.data?.results;
  const show = (event: Event) => {
    event.preventDefault();
    if (!backwards) setQuery({ from, to });
  };
  return (
    <Card title={`Production against goal${daysOf(query.get("from"), query.get("to"))}`} actions={<ReportFiles path={PATH} query={asked} name="production" />}>
      <form class="row" onSubmit={show}>
        <Field label="From" type="date" value={from} set={setFrom} />
        <Field label="To" type="date" value={to} set={setTo} fault={backwards ? "is before the first day" : undefined} />
        <Button type="submit">Show</Button>
      </form>
      <p class="hint">Whole days of UTC; all of them where no day is chosen.</p>
      <Failure error={report.error} retry={() => void report.reload()} />
      {!rows && !report.error && <Skeleton lines={8} />}
      {rows && !rows.length && asked.from === undefined && asked.to === undefined && (
        <Empty title="No production yet">
          <Link to={href(["factories"])}>Add points to a factory</Link>
        </Empty>
      )}
      {rows && !rows.length && (asked.from !== undefined || asked.to !== undefined) && (
        <Empty title="No production in these days">
          <Link to={href(["reports", "production"])}>Show all days</Link>
        </Empty>
      )}
      {rows && rows.length > 0 && (
        <>
          <Bars
            label="Attainment per factory"
            bars={rows.map((row) => ({ name: nameOf(row), value: row.attainment ?? 0, text: percent(row.attainment) }))}
            line={{ value: 1, name: "goal", text: "100 %" }}
          />
          <LongTable caption="Production per factory" columns={COLUMNS} rows={rows} text={nameOf} noun="row" />
        </>
      )}
    </Card>
  );
}
