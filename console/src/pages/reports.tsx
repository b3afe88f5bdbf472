// The reports: each with its chart, its table, files to download and an address to share.

import type { FunctionComponent } from "preact";
import { type Query, read, send } from "../api/http.ts";
import { wholeCsv } from "../state/csv.ts";
import { useAction } from "../state/load.ts";
import { REPORTS } from "../state/reports.ts";
import { href } from "../state/router.ts";
import { Button, Empty, Failure } from "../ui/basic.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { download } from "../ui/download.ts";
import { title } from "../ui/format.ts";
import { Heading, Tabs } from "../ui/page.tsx";
import type { PageProps } from "./pages.ts";
import { AnyReport } from "./report-any.tsx";
import { Departments, Hires } from "./report-hires.tsx";
import { Experiments } from "./report-experiments.tsx";
import { ProductionReport } from "./report-production.tsx";

// Reports with charts and hints of their own; the others are drawn as the API declares them
const PAGES: Record<string, FunctionComponent<{ query: URLSearchParams }>> = {
  "hires-by-quarter": Hires,
  "departments-above-mean": Departments,
  experiments: Experiments,
  production: ProductionReport,
};

const titleOf = (name: string) => title(name.replaceAll("-", " "));

export function Reports({ path: [name = REPORTS[0]?.name], query }: PageProps) {
  const report = REPORTS.find((each) => each.name === name);
  const Page = PAGES[report?.name ?? ""];
  const tabs = REPORTS.map((each) => {
    // what was chosen stays where it is a parameter too, such as the year
    const same = each.parameters.map((parameter) => [parameter.name, query.get(parameter.name)]);
    return { title: titleOf(each.name), to: href(["reports", each.name], Object.fromEntries(same)), here: each === report };
  });
  return (
    <>
      <Heading title="Reports" {...(report ? { subject: titleOf(report.name) } : {})} />
      <Tabs label="Reports" tabs={tabs} />
      {!report && <Empty title={`There is no report ${name}.`} />}
      {report && (Page ? <Page query={query} key={report.name} /> : <AnyReport report={report} query={query} key={report.name} />)}
    </>
  );
}

export function ReportFiles({ path, query, name }: { path: string; query: Query; name: string }) {
  const csv = useAction();
  const svg = useAction();
  const saveCsv = async () => download(await wholeCsv(path, query), `${name}.csv`, "text/csv");
  const saveSvg = async () => {
    const response = await send("GET", path, { query, accept: "image/svg+xml" });
    download([await read(response.text())], `${name}.svg`, "image/svg+xml");
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
