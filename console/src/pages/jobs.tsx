// Loads of large files: the list, and one of them.

import { call, get } from "../api/http.ts";
import { mayPass } from "../api/passing.ts";
import type { Job, JobStatus } from "../api/types.ts";
import { useAction, useLoad, usePolling } from "../state/load.ts";
import { usePages } from "../state/paging.ts";
import { href, setQuery } from "../state/router.ts";
import { loadTables } from "../state/tables.ts";
import { announce } from "../ui/announce.tsx";
import { Button, Card, Empty, Failure, Link, SkeletonCard } from "../ui/basic.tsx";
import { Select } from "../ui/form.tsx";
import { ago, bytes, count, duration, plural, time, title } from "../ui/format.ts";
import { Heading } from "../ui/page.tsx";
import { ListTable, type TableColumn } from "../ui/table.tsx";
import { Name } from "../ui/text.tsx";
import { JobActions } from "./job-actions.tsx";
import { ACTIVE, JobState, STATES } from "./job-state.tsx";
import type { PageProps } from "./pages.ts";

const POLL_MS = 2000;
const IDLE_MS = 15_000; // a file may arrive, or another person may start a job
const LIMIT = 20;
const NAMES = Object.entries(STATES) as [JobStatus, string][];

export const nameOf = (job: Job) => job.filename ?? `${title(job.table)}, ${time(job.created_at)}`;

export function Jobs({ path: [id], query }: PageProps) {
  return id ? <OneJob id={id} key={id} /> : <AllJobs query={query} />;
}

function columns(changed: () => void): TableColumn<Job>[] {
  return [
    { name: "file", title: "File", line: "name", cell: (job) => <Link to={href(["jobs", job.id])}><Name>{nameOf(job)}</Name></Link> },
    { name: "table", title: "Table", cell: ({ table }) => <span class="short">{title(table)}</span> },
    { name: "state", title: "State", cell: (job) => <JobState job={job} /> },
    { name: "written", title: "Written", number: true, cell: ({ rows }) => count(rows.written) },
    { name: "rejected", title: "Rejected", number: true, cell: ({ rows }) => count(rows.rejected) },
    { name: "when", title: "Created", cell: ({ created_at }) => <span class="short" title={time(created_at)}>{ago(created_at)}</span> },
    { name: "do", title: "Actions", cell: (job) => <JobActions job={job} changed={changed} /> },
  ];
}

function AllJobs({ query }: { query: URLSearchParams }) {
  const status = query.get("status") ?? "";
  const table = query.get("table") ?? "";
  const pages = usePages<Job>("ingestions", { status, table }, LIMIT);
  const active = pages.data?.items.some((job) => ACTIVE.has(job.status)) ?? false;
  usePolling(true, active ? POLL_MS : IDLE_MS, () => void pages.refresh());
  const tables = useLoad("tables", loadTables);
  const names = tables.data?.map(({ name }) => name) ?? [table].filter(Boolean);
  const landing = useAction();
  const load = async () => {
    const { data } = await call<{ ingestions: Job[] }>("POST", "ingestions", { json: { source: "landing" } });
    announce(data.ingestions.length ? `${plural(data.ingestions.length, "file")} started` : "No file waits in landing/");
    pages.restart();
  };
  return (
    <>
      <Heading
        title="Jobs"
        actions={
          <>
            <Button busy={landing.busy} onClick={() => void landing.run(load)}>
              Load what waits in landing/
            </Button>
            <Link class="button main" to={href(["data", "load"])}>
              Load files
            </Link>
          </>
        }
      />
      <div class="stack">
        <Failure error={landing.error} />
        <Card>
          <div class="row">
            <Select label="State" value={status} set={(value) => setQuery({ status: value })} options={[["", "All"], ...NAMES]} />
            <Select
              label="Table"
              value={table}
              set={(value) => setQuery({ table: value })}
              options={[["", "All"], ...names.map((name): [string, string] => [name, title(name)])]}
            />
          </div>
          <ListTable
            pages={pages}
            caption="Jobs, the newest first"
            columns={columns(() => void pages.reload())}
            keyOf={(job) => job.id}
            empty={
              status || table ? (
                <Empty title="No job matches">
                  <Link to={href(["jobs"])}>Show all jobs</Link>
                </Empty>
              ) : (
                <Empty title="No jobs yet">
                  <p>A file over 5 MB, or one put into landing/ of the bucket, becomes a job.</p>
                  <Link to={href(["data", "load"])}>Load files</Link>
                </Empty>
              )
            }
          />
        </Card>
      </div>
    </>
  );
}

function OneJob({ id }: { id: string }) {
  const job = useLoad(`job ${id}`, (signal) => get<Job>(`ingestions/${encodeURIComponent(id)}`, {}, signal));
  const active = job.data !== undefined && (ACTIVE.has(job.data.status) || job.data.status === "awaiting_upload");
  usePolling(active || mayPass(job.error), POLL_MS, () => void job.refresh());
  const up = { title: "Jobs", to: href(["jobs"]) };
  if (!job.data) {
    return (
      <>
        <Heading title="Job" up={up} />
        {job.error ? <Failure error={job.error} retry={() => void job.reload()} /> : <SkeletonCard />}
      </>
    );
  }
  return (
    <>
      <Heading title={nameOf(job.data)} up={up} actions={<JobActions job={job.data} changed={job.set} kind="plain" />} />
      <JobCard job={job.data} />
    </>
  );
}

/** Everything that is known of a job. */
export function JobCard({ job }: { job: Job }) {
  const options = [job.options.dry_run && "checks only, writes nothing", job.options.strict && "rejects blanks", job.options.dedupe && "skips known rows"];
  const facts: [string, preact.ComponentChildren][] = [
    ["Table", <Link to={href(["data", job.table])}>{title(job.table)}</Link>],
    ["Size", job.bytes === null ? "–" : bytes(job.bytes)],
    ["Read", count(job.rows.read)],
    [job.options.dry_run ? "Would be written" : "Written", count(job.rows.written)],
    ["Duplicates", count(job.rows.duplicates)],
    ["Rejected", count(job.rows.rejected)],
  ];
  return (
    <Card>
      <p>
        <JobState job={job} />
      </p>
      {job.status === "awaiting_upload" && (
        <p class="notice">
          Its file has not arrived. If the upload was interrupted, such as by a reload of the page that sent it, cancel this job and{" "}
          <Link to={href(["data", "load"], { table: job.table })}>load the file again</Link>.
        </p>
      )}
      {job.error && <p class="failure">{job.error}</p>}
      {job.waiting_for && (
        <p class="notice">
          Another file is being loaded into this table: <Link to={href(["jobs", job.waiting_for])}>wait for that job</Link>. This one starts by itself.
        </p>
      )}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">
        Created {time(job.created_at)}
        {job.started_at && `, ${job.finished_at ? "took" : "running for"} ${duration(job.started_at, job.finished_at)}`}.
        {options.some(Boolean) && ` It ${options.filter(Boolean).join(", ")}.`}
      </p>
    </Card>
  );
}

