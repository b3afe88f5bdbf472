// Where a sprocket is used: how many points refer to it, and of which factories when somebody asks.

import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../api/http.ts";
import { useAction, useLoad } from "../state/load.ts";
import { href } from "../state/router.ts";
import { type Search, findUses } from "../state/uses.ts";
import { Button, Card, Failure, Link, Skeleton } from "../ui/basic.tsx";
import { count, plural, unixTime } from "../ui/format.ts";

export function SprocketUses({ id }: { id: number }) {
  const loading = useLoad(`references ${id}`, (signal) => get<{ points: number }>(`sprockets/${id}/references`, {}, signal));
  const points = loading.data?.points;
  return (
    <Card title="Where it is used">
      <Failure error={loading.error} retry={() => void loading.reload()} />
      {points === undefined && !loading.error && <Skeleton lines={1} />}
      {points === 0 && <p>No production refers to it, so it can be deleted.</p>}
      {points !== undefined && points > 0 && (
        <>
          <p>
            {plural(points, "point")} of production {points === 1 ? "refers" : "refer"} to it, so it can not be deleted.
          </p>
          <Factories id={id} total={points} />
        </>
      )}
    </Card>
  );
}

/** The points are not stored by sprocket: all of them are read, from the earliest on, until these are found. */
function Factories({ id, total }: { id: number; total: number }) {
  const [search, setSearch] = useState<Search>();
  const action = useAction();
  const running = useRef<AbortController>();
  useEffect(() => () => running.current?.abort(), []);
  const find = async () => {
    const controller = (running.current = new AbortController());
    setSearch(undefined);
    try {
      await findUses(id, total, controller.signal, setSearch);
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
  };
  return (
    <>
      <div class="buttons">
        <Button busy={action.busy} onClick={() => void action.run(find)}>
          Find the factories
        </Button>
        {action.busy && <Button onClick={() => running.current?.abort()}>Stop</Button>}
      </div>
      <Failure error={action.error} />
      {search && (
        <>
          <p class="quiet" role="status">
            {search.done ? "Looked through" : "Looking:"} {plural(search.looked, "point")}, {plural(search.uses.length, "factory", "factories")} found.
          </p>
          <ul class="list">
            {search.uses.map(({ factory, points, last }) => (
              <li>
                <Link to={href(["factories", factory])}>Factory {factory}</Link>
                <span class="quiet">
                  {count(points)} of its points, the latest of {unixTime(last)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
