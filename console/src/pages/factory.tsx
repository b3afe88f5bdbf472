// One factory: its chart, its points, its name, and its end.

import { useState } from "preact/hooks";
import { Problem, call } from "../api/http.ts";
import type { Factory } from "../api/types.ts";
import { attainment, factoryName } from "../state/factories.ts";
import { useAction, useLoad } from "../state/load.ts";
import { fromLocal, localText } from "../state/points.ts";
import { go, href, setQuery } from "../state/router.ts";
import { useUnsaved } from "../state/unsaved.ts";
import { announce } from "../ui/announce.tsx";
import { Button, Card, CopyButton, Empty, Failure, Field, Skeleton, faultOf } from "../ui/basic.tsx";
import { Conflict } from "../ui/conflict.tsx";
import { Back, Confirm, Dialog } from "../ui/dialog.tsx";
import { percent, plural, unixTime } from "../ui/format.ts";
import { Heading } from "../ui/page.tsx";
import { TimeChart } from "../ui/timechart.tsx";
import { Points } from "./points.tsx";

const UP = { title: "Factories", to: href(["factories"]) };

interface Version {
  data: Factory;
  etag: string | undefined;
}

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
        {whole.error ? <Failure error={whole.error} retry={() => void whole.reload()} /> : <Skeleton lines={8} />}
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
      {chart && !points && <Empty title={narrowed ? "No production in this span." : "No production yet."}>{!narrowed && <p>Add points below, or paste them from a spreadsheet.</p>}</Empty>}
      {factory && chart && points > 0 && (
        <>
          <p>
            {percent(attainment(chart))} of the goal from {unixTime(chart.time[0] ?? 0)} to {unixTime(chart.time.at(-1) ?? 0)}
            {factory.chart_data_thinned ? `; ${plural(points, "point")} of more are drawn` : `, ${plural(points, "point")}`}
          </p>
          <TimeChart chart={chart} label={`${factoryName(factory)}: actual against goal over time`} zoomed={(from, to) => setQuery({ from, to })} />
          <p class="hint">
            <span class="with-pointer">Drag over the chart to zoom to a span. </span>The table below has the same values.
          </p>
        </>
      )}
      {(points > 0 || narrowed) && <SpanForm span={span} key={`${span.from} ${span.to}`} />}
    </Card>
  );
}

/** The span of the chart by hand. */
function SpanForm({ span }: { span: Span }) {
  const [from, setFrom] = useState(span.from ? localText(Number(span.from)) : "");
  const [to, setTo] = useState(span.to ? localText(Number(span.to)) : "");
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

function Rename({ path, version, done, close }: { path: string; version: Version; done: () => void; close: () => void }) {
  const [name, setName] = useState(version.data.name ?? "");
  const [theirs, setTheirs] = useState<Version>();
  const action = useAction();
  useUnsaved(name !== (version.data.name ?? ""));
  const save = async (etag: string | undefined) => {
    try {
      await call<Factory>("PUT", path, { json: { name: name.trim() || null }, ifMatch: etag });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412) throw error;
      const found = await call<Factory>("GET", path);
      // what changed may have been the production alone
      if (found.data.name !== version.data.name) {
        setTheirs(found);
        return;
      }
      await call<Factory>("PUT", path, { json: { name: name.trim() || null }, ifMatch: found.etag });
    }
    announce("The factory is renamed");
    close();
    done();
  };
  if (theirs) {
    return (
      <Conflict
        what="this factory"
        fields={[{ title: "Name", mine: name, theirs: theirs.data.name ?? "" }]}
        action={action}
        back={() => setTheirs(undefined)}
        keepMine={() => save(theirs.etag)}
        takeTheirs={() => {
          close();
          done();
        }}
      />
    );
  }
  return (
    <Dialog title={`Rename ${factoryName(version.data)}`} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!action.busy) void action.run(() => save(version.etag));
        }}
      >
        <Field label="Name" value={name} set={setName} maxLength={200} autocomplete="off" fault={faultOf(action.error, "name")} />
        <Failure error={action.error} beside={["name"]} />
        <div class="buttons">
          <Button type="submit" kind="main" busy={action.busy}>
            Save
          </Button>
          <Back />
        </div>
      </form>
    </Dialog>
  );
}

function Delete({ path, version, close }: { path: string; version: Version; close: () => void }) {
  const action = useAction();
  const name = factoryName(version.data);
  const remove = async () => {
    await call("DELETE", path);
    announce(`${name} is deleted`);
    go(["factories"]);
  };
  return (
    <Confirm title={`Delete ${name}?`} verb="Delete for ever" typed={name} action={action} run={remove} close={close}>
      <p>All its production is deleted with it. This can not be undone.</p>
    </Confirm>
  );
}
