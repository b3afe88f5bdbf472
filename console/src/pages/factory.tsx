// One factory: its chart and its points.

import { useState } from "preact/hooks";
import { call } from "../api/http.ts";
import type { Factory } from "../api/types.ts";
import { attainment, factoryName } from "../state/factories.ts";
import { useLoad } from "../state/load.ts";
import { fromLocal, localText } from "../state/points.ts";
import { href, setQuery, useText } from "../state/router.ts";
import { Button, Card, Empty, Failure, Skeleton, SkeletonCard } from "../ui/basic.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { Field } from "../ui/form.tsx";
import { ofGoal, plural, unixTime } from "../ui/format.ts";
import { Heading } from "../ui/page.tsx";
import { TimeChart } from "../ui/timechart.tsx";
import { Delete, Rename, type Version } from "./factory-forms.tsx";
import { Points } from "./points.tsx";

const UP = { title: "Factories", to: href(["factories"]) };

export function OneFactory({ id, query }: { id: string; query: URLSearchParams }) {
  const path = `factories/${encodeURIComponent(id)}`;
  const span = { from: query.get("from"), to: query.get("to") };
  // of another span, so that the name and its buttons stay while the chart is loaded
  const whole = useLoad<Version>(path, (signal) => call<Factory>("GET", path, { signal }));
  const [asked, setAsked] = useState<"rename" | "delete">();
  if (!whole.data) {
    return (
      <>
        <Heading title={`Factory ${id}`} up={UP} />
        {whole.error ? <Failure error={whole.error} retry={() => void whole.reload()} /> : <SkeletonCard />}
      </>
    );
  }
  const { data } = whole.data;
  const close = () => setAsked(undefined);
  return (
    <>
      <Heading
        title={factoryName(data)}
        up={UP}
        actions={
          <>
            <Button onClick={() => setAsked("rename")}>Rename</Button>
            <Button kind="danger" onClick={() => setAsked("delete")}>
              Delete
            </Button>
          </>
        }
      />
      <div class="stack">
        <ChartCard path={path} span={span} whole={data} key={`${data.chart_data.time.length} ${whole.data.etag}`} />
        <Points factory={data.id} span={span} changed={() => void whole.reload()} />
      </div>
      {asked === "rename" && <Rename path={path} version={whole.data} done={() => void whole.reload()} close={close} />}
      {asked === "delete" && <Delete path={path} version={whole.data} close={close} />}
    </>
  );
}

interface Span {
  from: string | null;
  to: string | null;
}

function ChartCard({ path, span, whole }: { path: string; span: Span; whole: Factory }) {
  const narrowed = span.from !== null || span.to !== null;
  const part = useLoad(`${path} ${span.from} ${span.to}`, async (signal) =>
    narrowed ? (await call<Factory>("GET", path, { query: { ...span }, signal })).data : whole,
  );
  const factory = part.data;
  const chart = factory?.chart_data;
  const points = chart?.time.length ?? 0;
  return (
    <Card
      title="Actual against goal"
      actions={
        <>
          {narrowed && <Button onClick={() => setQuery({ from: null, to: null })}>Show all</Button>}
          <CopyButton name="Copy link" text={() => location.href} />
        </>
      }
    >
      <Failure error={part.error} retry={() => void part.reload()} />
      {!chart && !part.error && <Skeleton lines={8} />}
      {chart && !points && <Empty title={narrowed ? "No production in this span." : "No production yet."}>{!narrowed && <p>The chart is drawn when there are points.</p>}</Empty>}
      {factory && chart && points > 0 && (
        <>
          <p>
            {ofGoal(attainment(chart))} {spanOf(chart.time)}
            {factory.chart_data_thinned ? `; ${plural(points, "point")} of more are drawn` : `, ${plural(points, "point")}`}
          </p>
          <TimeChart chart={chart} label={`${factoryName(factory)}: actual against goal over time`} zoomed={(from, to) => setQuery({ from, to })} />
          <p class="hint">
            <span class="with-pointer">Drag over the chart to zoom to a span. </span>The table below has the same values.
          </p>
        </>
      )}
      {(points > 0 || narrowed) && <SpanForm span={span} />}
    </Card>
  );
}

function spanOf(times: number[]): string {
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  return first === last ? `at ${unixTime(first)}` : `from ${unixTime(first)} to ${unixTime(last)}`;
}

/** The span of the chart by hand. */
function SpanForm({ span }: { span: Span }) {
  const [from, setFrom] = useText(span.from ? localText(Number(span.from)) : "");
  const [to, setTo] = useText(span.to ? localText(Number(span.to)) : "");
  const backwards = from !== "" && to !== "" && from > to;
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (!backwards) setQuery({ from: from && fromLocal(from), to: to && fromLocal(to) });
      }}
    >
      <Field label="From" type="datetime-local" step="1" value={from} set={setFrom} />
      <Field label="To" type="datetime-local" step="1" value={to} set={setTo} fault={backwards ? "is before the first moment" : undefined} />
      <Button type="submit">Show this span</Button>
    </form>
  );
}
