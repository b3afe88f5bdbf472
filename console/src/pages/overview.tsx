// What somebody wants to see in the morning: one request, and one for the health.

import { get } from "../api/http.ts";
import { mayPass } from "../api/passing.ts";
import type { Health, OverviewData } from "../api/types.ts";
import { attainment, factoryName } from "../state/factories.ts";
import { healthOf } from "../state/health.ts";
import { useLoad, usePolling } from "../state/load.ts";
import { href } from "../state/router.ts";
import { Badge, Card, Empty, Failure, Link, Skeleton } from "../ui/basic.tsx";
import { Legend, Sparkline } from "../ui/charts.tsx";
import { clock, count, date, percent, plural, title } from "../ui/format.ts";
import { Heading } from "../ui/page.tsx";
import { Name } from "../ui/text.tsx";
import { JobState } from "./job-state.tsx";

const POLL_MS = 5000; // while a job is under way
const IDLE_MS = 60_000; // the page may be open all day

/** A part of the overview, which is there for all of them or for none. */
type Part = { data: OverviewData | undefined };

function Rows({ data }: Part) {
  return (
    <Card title="Rows" actions={<Link to={href(["data", "load"])}>Load files</Link>}>
      {!data ? (
        <Skeleton lines={6} />
      ) : (
        <ul class="list">
          {data.tables.map(({ name, rows }) => (
            <li>
              <Link to={href(["data", name])}>{title(name)}</Link>
              <span class="number">{count(rows)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function LatestJobs({ data }: Part) {
  return (
    <Card title="Jobs" actions={<Link to={href(["jobs"])}>All jobs</Link>}>
      {!data ? <Skeleton lines={4} /> : <JobList jobs={data.jobs} />}
    </Card>
  );
}

function JobList({ jobs }: { jobs: OverviewData["jobs"] }) {
  if (!jobs.of) {
    return (
      <Empty title="No jobs yet">
        <p>A large file becomes a job when it is loaded.</p>
      </Empty>
    );
  }
  return (
    <>
      <p>
        {count(jobs.active)} under way, <FailedJobs count={jobs.failed} /> of the latest {count(jobs.of)}
      </p>
      <ul class="list">
        {jobs.latest.map((job) => (
          <li>
            <Link to={href(["jobs", job.id])}>
              <Name>{job.filename ?? title(job.table)}</Name>
            </Link>
            <span>
              <JobState job={job} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function FailedJobs({ count: failed }: { count: number }) {
  const text = `${count(failed)} failed`;
  return failed ? <Link to={href(["jobs"], { status: "failed" })}>{text}</Link> : <>{text}</>;
}

function Attainment({ data }: Part) {
  return (
    <Card title="Production against goal" tall actions={<Link to={href(["factories"])}>All factories</Link>}>
      {!data ? <Skeleton lines={8} /> : <FactoryList factories={data.factories} />}
    </Card>
  );
}

function FactoryList({ factories }: { factories: OverviewData["factories"] }) {
  if (!factories.length) {
    return (
      <Empty title="No factories yet">
        <Link to={href(["factories", "new"])}>Add a factory</Link>
      </Empty>
    );
  }
  return (
    <>
      <Legend>the latest {Math.max(...factories.map(({ chart_data: { time } }) => time.length))} points of each</Legend>
      <ul class="list small-charts">
        {factories.map((factory) => (
          <li>
            <Link to={href(["factories", factory.id])}>
              <Name>{factoryName(factory)}</Name>
            </Link>
            <Sparkline
              actual={factory.chart_data.sprocket_production_actual}
              goal={factory.chart_data.sprocket_production_goal}
              label={`${factoryName(factory)}: actual against goal`}
            />
            <span class="number">{percent(attainment(factory.chart_data))}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Birthdays({ data }: Part) {
  return (
    <Card title="Birthdays this week" actions={<Link to={href(["people"])}>All people</Link>}>
      {!data ? (
        <Skeleton lines={3} />
      ) : data.birthdays.length ? (
        <ul class="list">
          {data.birthdays.map(({ username, next_birthday, turns, in_days }) => (
            <li>
              <span>
                <Link to={href(["people"], { name: username })}>
                  <bdi>{username}</bdi>
                </Link> turns {turns}
              </span>
              <span class="quiet">{in_days ? date(next_birthday) : "today"}</span>
            </li>
          ))}
        </ul>
      ) : (
        <Empty title="No birthday today or in the next 7 days" />
      )}
    </Card>
  );
}

function HealthCard() {
  const loading = useLoad<Health>("health", healthOf);
  usePolling(true, IDLE_MS, () => void loading.refresh());
  return (
    <Card title="Health">
      <Failure error={loading.error} retry={() => void loading.reload()} />
      {!loading.data && !loading.error && <Skeleton lines={1} />}
      {loading.data && <Checks {...loading.data} />}
    </Card>
  );
}

function Checks({ status, checks }: Health) {
  if (status === "ok") {
    return (
      <p>
        <Badge kind="good">All well</Badge> {plural(Object.keys(checks).length, "store")} respond.
      </p>
    );
  }
  const bad = Object.entries(checks).filter(([, check]) => check !== "ok");
  return (
    <>
      <Badge kind="bad">Not all well</Badge>
      <p>Not available: {bad.map(([name]) => title(name)).join(", ")}. What depends on it fails for now.</p>
    </>
  );
}

export function Overview() {
  const loading = useLoad("overview", (signal) => get<OverviewData>("reports/overview", {}, signal));
  const { data, error } = loading;
  const moving = (data?.jobs.active ?? 0) > 0 || mayPass(error);
  usePolling(true, moving ? POLL_MS : IDLE_MS, () => void loading.refresh());
  return (
    <>
      <Heading title="Overview" actions={data && <span class="quiet">As of {clock(data.as_of)}</span>} />
      <div class="grid overview">
        {error ? (
          <Failure error={error} retry={() => void loading.reload()} />
        ) : (
          <>
            <Attainment data={data} />
            <LatestJobs data={data} />
            <Rows data={data} />
            <Birthdays data={data} />
          </>
        )}
        <HealthCard />
      </div>
    </>
  );
}
