// The factories: the list with small charts, and a new one.

import { useState } from "preact/hooks";
import { call } from "../api/http.ts";
import type { Factory } from "../api/types.ts";
import { attainment, factoryName } from "../state/factories.ts";
import { useAction, useKey } from "../state/load.ts";
import { usePages } from "../state/paging.ts";
import { href, useGo } from "../state/router.ts";
import { useUnsaved } from "../state/unsaved.ts";
import { announce } from "../ui/announce.tsx";
import { Button, Card, Empty, Failure, Link, SkeletonCard } from "../ui/basic.tsx";
import { Legend, Sparkline } from "../ui/charts.tsx";
import { Field, faultOf } from "../ui/form.tsx";
import { ofGoal, plural } from "../ui/format.ts";
import { Heading } from "../ui/page.tsx";
import { Pager } from "../ui/table.tsx";
import { Name } from "../ui/text.tsx";
import { OneFactory } from "./factory.tsx";
import type { PageProps } from "./pages.ts";

const LIMIT = 12;

export function Factories({ path: [id], query }: PageProps) {
  if (id === "new") return <NewFactory />;
  return id ? <OneFactory id={id} query={query} key={id} /> : <AllFactories />;
}

function AllFactories() {
  const pages = usePages<Factory>("factories", {}, LIMIT);
  const add = (
    <Link class="button main" to={href(["factories", "new"])}>
      New factory
    </Link>
  );
  const items = pages.data?.items;
  return (
    <>
      <Heading title="Factories" actions={add} />
      <Failure error={pages.error} retry={() => void pages.reload()} />
      {!items && !pages.error && (
        <div class="grid">
          {Array.from({ length: LIMIT }, () => (
            <SkeletonCard lines={4} />
          ))}
        </div>
      )}
      {items && !items.length && pages.number === 1 && (
        <Card>
          <Empty title="No factories yet">
            <p>A factory has points of production, each with what was made and its goal.</p>
            {add}
          </Empty>
        </Card>
      )}
      {items && items.length > 0 && (
        <div class="stack">
          <Legend />
          <div class="grid">
            {items.map((factory) => (
              <FactoryCard factory={factory} key={factory.id} />
            ))}
          </div>
        </div>
      )}
      <Pager number={pages.number} previous={pages.previous} next={pages.next} name="factories" />
    </>
  );
}

function FactoryCard({ factory }: { factory: Factory }) {
  const { time, sprocket_production_actual: actual, sprocket_production_goal: goal } = factory.chart_data;
  const name = factoryName(factory);
  return (
    <Card>
      <h2>
        <Link to={href(["factories", factory.id])}>
          <Name>{name}</Name>
        </Link>
      </h2>
      <Sparkline actual={actual} goal={goal} label={`${name}: actual against goal in ${plural(time.length, "point")}`} />
      {time.length > 0 && (
        <p class="quiet">
          {ofGoal(attainment(factory.chart_data))}, {factory.chart_data_thinned ? "over some of its points" : plural(time.length, "point")}
        </p>
      )}
    </Card>
  );
}

function NewFactory() {
  const [name, setName] = useState("");
  const action = useAction();
  const keyOf = useKey();
  const go = useGo();
  useUnsaved(name !== "");
  const create = async () => {
    const json = name.trim() ? { name: name.trim() } : {};
    const { data } = await call<Factory>("POST", "factories", { json, key: keyOf(json) });
    setName("");
    announce(`${factoryName(data)} is created`);
    go(["factories", data.id]);
  };
  const up = { title: "Factories", to: href(["factories"]) };
  return (
    <>
      <Heading title="New factory" up={up} />
      <Card>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!action.busy) void action.run(create);
          }}
        >
          <Field label="Name" value={name} set={setName} maxLength={200} hint="Without one it is called by its number." autocomplete="off" fault={faultOf(action.error, "name")} />
          <Failure error={action.error} beside={["name"]} />
          <div class="buttons">
            <Button type="submit" kind="main" busy={action.busy}>
              Create factory
            </Button>
            <Link class="button" to={up.to}>
              Back
            </Link>
          </div>
        </form>
      </Card>
    </>
  );
}
