// What somebody wants to see in the morning.

import { get } from "../api/http.ts";
import type { Factory, Health, Job, Page, Table, Upcoming } from "../api/types.ts";
import { healthOf } from "../state/health.ts";
import { useLoad, usePolling } from "../state/load.ts";
import { href } from "../state/router.ts";
import { Badge, Card, Empty, Failure, Link, Skeleton } from "../ui/basic.tsx";
import { Legend, Sparkline } from "../ui/charts.tsx";
import { count, date, percent, plural, title } from "../ui/format.ts";
import { Heading } from "../ui/page.tsx";
import { attainment, factoryName } from "../state/factories.ts";
import { ACTIVE, JobState } from "./job-state.tsx";

const FACTORIES = 6;
const DAYS = 7;
const JOBS = 5;
const POLL_MS = 5000;

interface ListProps<T> {
  loading: ReturnType<typeof useLoad<T>>;
  children: (data: T) => preact.ComponentChildren;
}

function Loaded<T>({ loading, children }: ListProps<T>) {
  if (loading.error) return <Failure error={loading.error} retry={() => void loading.reload()} />;
  return loading.data === undefined ? <Skeleton lines={4} /> : <>{children(loading.data)}</>;
}

function Rows() {
  const loading = useLoad("tables", (signal) => get<{ tables: Table[] }>("tables", {}, signal));
  return (
    <Card title="Rows" actions={<Link to={href(["data", "load"])}>Load files</Link>}>
      <Loaded loading={loading}>
        {({ tables }) => (
          <ul class="list">
            {tables.map(({ name, rows }) => (
              <li>
                <Link to={href(["data", name])}>{title(name)}</Link>
                <span class="number">{count(rows)}</span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}

function LatestJobs() {
  const loading = useLoad("jobs", (signal) => get<Page<Job>>("ingestions", { limit: 25 }, signal));
  const items = loading.data?.items ?? [];
  const active = items.filter(({ status }) => ACTIVE.has(status));
  const failed = items.filter(({ status }) => status === "failed");
  usePolling(active.length > 0, POLL_MS, () => void loading.reload());
  return (
    <Card title="Jobs" actions={<Link to={href(["jobs"])}>All jobs</Link>}>
      <Loaded loading={loading}>
        {() =>
          items.length ? (
            <>
              <p>
                {count(active.length)} under way, {count(failed.length)} failed of the latest {count(items.length)}
              </p>
              <ul class="list">
                {items.slice(0, JOBS).map((job) => (
                  <li>
                    <Link to={href(["jobs", job.id])}>{job.filename ?? title(job.table)}</Link>
                    <span>
                      <JobState job={job} />
                    </span>
                  </li>
                ))}
              </ul>
            </>
          ) : (
            <Empty title="No jobs yet">
              <p>A large file becomes a job when it is loaded.</p>
            </Empty>
          )
        }
      </Loaded>
    </Card>
  );
}

function Attainment() {
  const loading = useLoad("factories", (signal) => get<Page<Factory>>("factories", { limit: FACTORIES }, signal));
  return (
    <Card title="Production against goal" tall actions={<Link to={href(["factories"])}>All factories</Link>}>
      <Loaded loading={loading}>
        {({ items }) =>
          items.length ? (
            <>
              <Legend />
              <ul class="list small-charts">
                {items.map((factory) => (
                  <li>
                    <Link to={href(["factories", factory.id])}>{factoryName(factory)}</Link>
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
          ) : (
            <Empty title="No factories yet">
              <Link to={href(["factories", "new"])}>Add a factory</Link>
            </Empty>
          )
        }
      </Loaded>
    </Card>
  );
}

function Birthdays() {
  const loading = useLoad("birthdays", (signal) => get<Page<Upcoming>>("birthdays", { within: DAYS, limit: 20 }, signal));
  return (
    <Card title="Birthdays this week" actions={<Link to={href(["people"])}>All people</Link>}>
      <Loaded loading={loading}>
        {({ items }) =>
          items.length ? (
            <ul class="list">
              {items.map(({ username, next_birthday, turns, in_days }) => (
                <li>
                  <span>
                    {username} turns {turns}
                  </span>
                  <span class="quiet">{in_days ? date(next_birthday) : "today"}</span>
                </li>
              ))}
            </ul>
          ) : (
            <Empty title={`No birthday in the next ${DAYS} days`} />
          )
        }
      </Loaded>
    </Card>
  );
}

function HealthCard() {
  const loading = useLoad<Health>("health", healthOf);
  return (
    <Card title="Health">
      <Loaded loading={loading}>
        {({ status, checks }) => {
          const bad = Object.entries(checks).filter(([, check]) => check !== "ok");
          return status === "ok" ? (
            <p>
              <Badge kind="good">All well</Badge> {plural(Object.keys(checks).length, "store")} respond.
            </p>
          ) : (
            <>
              <Badge kind="bad">Not all well</Badge>
              <p>Not available: {bad.map(([name]) => title(name)).join(", ")}. What depends on it fails for now.</p>
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}

export function Overview() {
  return (
    <>
      <Heading title="Overview" />
      <div class="grid overview">
        <Attainment />
        <LatestJobs />
        <Rows />
        <Birthdays />
        <HealthCard />
      </div>
    </>
  );
}
