// Forms of points: one, and many from a spreadsheet.

import { useId, useState } from "preact/hooks";
import { Problem, call } from "../api/http.ts";
import type { Point, PointIn } from "../api/types.ts";
import { useAction, useKey, useLoad } from "../state/load.ts";
import { fromLocal, idsOf, localText, parsePasted } from "../state/points.ts";
import { useUnsaved } from "../state/unsaved.ts";
import { Button, Failure, Skeleton } from "../ui/basic.tsx";
import { Conflict } from "../ui/conflict.tsx";
import { Back, Dialog } from "../ui/dialog.tsx";
import { Field, faultOf } from "../ui/form.tsx";
import { plural, unixTime } from "../ui/format.ts";

interface FormProps {
  path: string;
  done: (sentence: string) => void;
  close: () => void;
}

const MOST = 1000; // points of one request
const BESIDE = ["time", "actual", "goal", "sprocket_types"];

interface Version {
  data: Point;
  etag: string | undefined;
}

/** What is in the fields of a point at first. */
const textsOf = (stored: Point | undefined) => ({
  time: localText(stored?.time ?? Date.now() / 1000),
  actual: String(stored?.actual ?? ""),
  goal: String(stored?.goal ?? ""),
  sprockets: stored?.sprocket_types.join(", ") ?? "",
});

/** A new point, or one to change, which is read again for its version. */
export function PointForm({ point, ...rest }: FormProps & { point?: Point }) {
  const path = point ? `${rest.path}/${point.id}` : "";
  const version = useLoad<Version | null>(path, async (signal) => (point ? call<Point>("GET", path, { signal }) : null));
  const title = point ? `Change the point of ${unixTime(point.time)}` : "Add a point";
  return (
    <Dialog title={title} close={rest.close}>
      {version.error && <Failure error={version.error} retry={() => void version.reload()} />}
      {version.data === undefined && !version.error && <Skeleton lines={4} />}
      {version.data !== undefined && <PointFields {...rest} version={version.data} />}
    </Dialog>
  );
}

function PointFields({ path, done, version }: Omit<FormProps, "close"> & { version: Version | null }) {
  const stored = version?.data;
  const [first] = useState(() => textsOf(stored));
  const [time, setTime] = useState(first.time);
  const [actual, setActual] = useState(first.actual);
  const [goal, setGoal] = useState(first.goal);
  const [sprockets, setSprockets] = useState(first.sprockets);
  const [theirs, setTheirs] = useState<Version>();
  const action = useAction();
  const keyOf = useKey();
  useUnsaved(time !== first.time || actual !== first.actual || goal !== first.goal || sprockets !== first.sprockets);
  const save = async (etag: string | undefined) => {
    const json: PointIn = { time: fromLocal(time), actual: Number(actual), goal: Number(goal), sprocket_types: idsOf(sprockets) };
    if (!stored) {
      await call("POST", path, { json, key: keyOf(json) });
      done("The point is added");
      return;
    }
    const one = `${path}/${stored.id}`;
    try {
      await call("PUT", one, { json, ifMatch: etag });
      done("The point is saved");
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412) throw error;
      setTheirs(await call<Point>("GET", one));
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!action.busy) void action.run(() => save(version?.etag));
      }}
    >
      <Field label="Time" type="datetime-local" step="1" required value={time} set={setTime} hint="In the zone of this computer" fault={faultOf(action.error, "time")} />
      <div class="fields">
        <Field label="Actual" type="number" min="0" step="1" required value={actual} set={setActual} fault={faultOf(action.error, "actual")} />
        <Field label="Goal" type="number" min="0" step="1" required value={goal} set={setGoal} fault={faultOf(action.error, "goal")} />
      </div>
      <Field label="Ids of the sprockets made" value={sprockets} set={setSprockets} pattern="[0-9 ,;]*" hint="Such as 1, 7; may be empty" fault={faultOf(action.error, "sprocket_types")} />
      <Failure error={action.error} beside={BESIDE} />
      <div class="buttons">
        <Button type="submit" kind="main" busy={action.busy}>
          {stored ? "Save" : "Add"}
        </Button>
        <Back />
      </div>
      {theirs && (
        <Conflict
          what="this point"
          fields={[
            { title: "Time", mine: unixTime(fromLocal(time)), theirs: unixTime(theirs.data.time) },
            { title: "Actual", mine: actual, theirs: String(theirs.data.actual) },
            { title: "Goal", mine: goal, theirs: String(theirs.data.goal) },
            { title: "Sprockets", mine: idsOf(sprockets).join(", "), theirs: theirs.data.sprocket_types.join(", ") },
          ]}
          action={action}
          back={() => setTheirs(undefined)}
          keepMine={() => save(theirs.etag)}
          takeTheirs={() => done("The stored point stays")}
        />
      )}
    </form>
  );
}

/** Faults of the points of a body, with the lines that these were in. */
function byLine({ status, message, faults, body }: Problem, lines: number[]): Problem {
  const named = faults.map(({ loc, msg }) => {
    const at = loc.indexOf("points") + 1;
    const line = at ? lines[Number(loc[at])] : undefined;
    return line === undefined ? { loc, msg } : { loc: [`line ${line}`, ...loc.slice(at + 1)], msg };
  });
  return new Problem(status, message, named, body);
}

export function PastePoints({ path, done, close }: FormProps) {
  const [text, setText] = useState("");
  const id = useId();
  const action = useAction();
  const keyOf = useKey();
  const { points, lines, faults } = parsePasted(text);
  const tooMany = points.length > MOST;
  useUnsaved(text !== "");
  const save = async () => {
    const json = { points };
    try {
      await call("POST", path, { json, key: keyOf(json) });
    } catch (error) {
      throw error instanceof Problem ? byLine(error, lines) : error;
    }
    done(`${plural(points.length, "point")} added`);
  };
  return (
    <Dialog title="Paste points" close={close} wide>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!action.busy) void action.run(save);
        }}
      >
        <div class="field">
          <label for={id}>Lines of time, actual, goal and ids of sprockets</label>
          <textarea id={id} aria-describedby={`${id}-hint`} value={text} onInput={(event) => setText(event.currentTarget.value)} placeholder={"2026-11-21 14:30\t32\t30\t1 7"} />
          <p class="hint" id={`${id}-hint`}>
            Copied from a spreadsheet, with or without titles; at most {MOST} lines. The ids may be left out.
          </p>
        </div>
        {faults.length > 0 && (
          <div class="failure" role="alert">
            <ul>
              {faults.slice(0, 5).map((fault) => (
                <li>{fault}</li>
              ))}
              {faults.length > 5 && <li>and {faults.length - 5} more</li>}
            </ul>
          </div>
        )}
        {tooMany && <Failure error={new Error(`These are ${plural(points.length, "point")}: paste at most ${MOST} at a time.`)} />}
        <Failure error={action.error} />
        <div class="buttons">
          <Button type="submit" kind="main" busy={action.busy} disabled={!points.length || faults.length > 0 || tooMany}>
            Add {points.length ? plural(points.length, "point") : "points"}
          </Button>
          <Back />
        </div>
      </form>
    </Dialog>
  );
}
