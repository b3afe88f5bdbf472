// The reports: each with its chart, its table, files to download and an address to share.

import { type Query, send } from "../api/http.ts";
import { wholeCsv } from "../state/csv.ts";
import { useAction } from "../state/load.ts";
import { href } from "../state/router.ts";
import { Button, Failure } from "../ui/basic.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { download } from "../ui/download.ts";
import { Heading, Tabs } from "../ui/page.tsx";
import type { PageProps } from "./pages.ts";
import { Departments, Hires } from "./report-hires.tsx";
import { Experiments } from "./report-experiments.tsx";
import { ProductionReport } from "./report-production.tsx";

const REPORTS = [
  { name: "hires", title: "Hires by quarter", page: Hires },
  { name: "departments", title: "Departments above the mean", page: Departments },
  { name: "experiments", title: "Experiments", page: Experiments },
  { name: "production", title: "Production", page: ProductionReport },
];

export function Reports({ path: [name = "hires"], query }: PageProps) {
  const report = REPORTS.find((each) => each.name === name) ?? REPORTS[0];
  if (!report) return null;
  const Page = report.page;
  return (
    <>
      <Heading title="Reports" subject={report.title} />
      <Tabs label="Reports" tabs={REPORTS.map((each) => ({ title: each.title, to: href(["reports", each.name]), here: each === report }))} />
      <Page query={query} key={report.name} />
    </>
  );
}

export function ReportFiles({ path, query, name }: { path: string; query: Query; name: string }) {
  const csv = useAction();
  const svg = useAction();
  const saveCsv = async () => download(await wholeCsv(path, query), `${name}.csv`, "text/csv");
  const saveSvg = async () => {
    const response = await send("GET", path, { query, accept: "image/svg+xml" });
    download([await response.text()], `${name}.svg`, "image/svg+xml");
  };
  return (
    <>
      <Button busy={csv.busy} onClick={() => void csv.run(saveCsv)}>
        CSV
      </Button>
      <Button busy={svg.busy} onClick={() => void svg.run(saveSvg)}>
        SVG
      </Button>
      <CopyButton name="Copy link" text={() => location.href} />
      <Failure error={csv.error ?? svg.error} />
    </>
  );
}
