// Experiments per user.

import { get } from "../api/http.ts";
import type { Report, UserReport } from "../api/types.ts";
import { useLoad } from "../state/load.ts";
import { useCursors } from "../state/paging.ts";
import { Card, Empty, Failure, Skeleton } from "../ui/basic.tsx";
import { Bars } from "../ui/charts.tsx";
import { count, figure } from "../ui/format.ts";
import { Pager, Table, type TableColumn } from "../ui/table.tsx";
import { ReportFiles } from "./reports.tsx";

const LIMIT = 25;
const PATH = "reports/experiments";

const COLUMNS: TableColumn<UserReport>[] = [
  { name: "user_id", title: "User", cell: ({ user_id }) => user_id },
  { name: "name", title: "Name", cell: ({ name }) => name ?? "–" },
  { name: "count", title: "Experiments", number: true, cell: (row) => count(row.count) },
  { name: "fav_compound", title: "Most used compound", cell: ({ fav_compound }) => fav_compound ?? "–" },
];

export function Experiments() {
  const { cursor, turning } = useCursors(PATH);
  const report = useLoad(`${PATH} ${cursor}`, (signal) => get<Report<UserReport>>(PATH, { limit: LIMIT, cursor }, signal));
  const rows = report.data?.user_reports;
  const pages = turning(report.data?.next);
  const average = report.data?.average_experiment_count ?? 0;
  return (
    <Card title="Experiments per user" actions={<ReportFiles path={PATH} query={{ limit: 100 }} name="experiments" />}>
      <Failure error={report.error} retry={() => void report.reload()} />
      {!rows && !report.error && <Skeleton lines={8} />}
      {rows && !rows.length && pages.number === 1 && (
        <Empty title="No experiments yet">
          <a href="#/data/load">Load users and their experiments</a>
        </Empty>
      )}
      {rows && rows.length > 0 && (
        <>
          <p>
            {figure(average)} experiments on average, over the users who ran one.
          </p>
          <Bars
            label="Experiments of the users of this page"
            bars={rows.map((row) => ({ name: row.name ?? `User ${row.user_id}`, value: row.count }))}
            line={{ value: average, name: "average" }}
          />
          <Table fits caption="Experiments per user" columns={COLUMNS} rows={rows} keyOf={(row) => row.user_id} />
        </>
      )}
      <Pager {...pages} name="experiments" loading={!rows} />
    </Card>
  );
}
