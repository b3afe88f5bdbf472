// The points of a factory's production: a page of them, one to add or change, many to paste.

import { useState } from "preact/hooks";
import { call } from "../api/http.ts";
import type { Point } from "../api/types.ts";
import { useAction } from "../state/load.ts";
import { usePages } from "../state/paging.ts";
import { announce } from "../ui/announce.tsx";
import { Button, Card, Empty } from "../ui/basic.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { count, unixTime } from "../ui/format.ts";
import { ListTable, type TableColumn } from "../ui/table.tsx";
import { PastePoints, PointForm } from "./point-forms.tsx";

interface PointsProps {
  factory: number;
  span: { from: string | null; to: string | null };
  changed: () => void;
}

type Asked = { form: "add" | "paste" } | { form: "change" | "delete"; point: Point };

export function Points({ factory, span, changed }: PointsProps) {
  const path = `factories/${factory}/production`;
  const pages = usePages<Point>(path, span, 20);
  const [asked, setAsked] = useState<Asked>();
  const removing = useAction();
  const close = () => {
    setAsked(undefined);
    removing.clear();
  };
  const done = (sentence: string) => {
    close();
    announce(sentence);
    void pages.reload();
    changed();
  };
  const columns: TableColumn<Point>[] = [
    { name: "time", title: "Time", cell: ({ time }) => unixTime(time) },
    { name: "actual", title: "Actual", number: true, cell: ({ actual }) => count(actual) },
    { name: "goal", title: "Goal", number: true, cell: ({ goal }) => count(goal) },
    { name: "sprockets", title: "Sprockets", cell: ({ sprocket_types }) => sprocket_types.join(", ") || "–" },
    {
      name: "do",
      title: "Actions",
      cell: (point) => (
        <span class="actions">
          <Button kind="link" onClick={() => setAsked({ form: "change", point })} aria-label={`Change the point of ${unixTime(point.time)}`}>
            Change
          </Button>
          <Button kind="link" class="danger" onClick={() => setAsked({ form: "delete", point })} aria-label={`Delete the point of ${unixTime(point.time)}`}>
            Delete
          </Button>
        </span>
      ),
    },
  ];
  return (
    <Card
      title="Production"
      actions={
        <>
          <Button onClick={() => setAsked({ form: "paste" })}>Paste many</Button>
          <Button kind="main" onClick={() => setAsked({ form: "add" })}>
            Add a point
          </Button>
        </>
      }
    >
      <ListTable pages={pages} caption="Points of production" fits columns={columns} keyOf={({ id }) => id} empty={
          span.from || span.to ? (
            <Empty title="No points in this span" />
          ) : (
            <Empty title="No points yet">
              <p>Add one, or paste many from a spreadsheet, with the buttons above.</p>
            </Empty>
          )
        } />
      {asked?.form === "add" && <PointForm path={path} done={done} close={close} />}
      {asked?.form === "change" && <PointForm path={path} point={asked.point} done={done} close={close} />}
      {asked?.form === "paste" && <PastePoints path={path} done={done} close={close} />}
      {asked?.form === "delete" && (
        <Confirm
          title={`Delete the point of ${unixTime(asked.point.time)}?`}
          verb="Delete"
          action={removing}
          close={close}
          run={async () => {
            await call("DELETE", `${path}/${asked.point.id}`);
            done("The point is deleted");
          }}
        >
          <p>This can not be undone.</p>
        </Confirm>
      )}
    </Card>
  );
}
