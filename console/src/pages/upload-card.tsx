// One file that is to be loaded: what was found in it, its options, and how far it is.

import type { RowError, Table as TableInfo } from "../api/types.ts";
import { href } from "../state/router.ts";
import { useAction } from "../state/load.ts";
import { remove } from "../state/files.ts";
import type { Upload } from "../state/uploads.ts";
import { Button, Card, Failure, Link, Progress, Skeleton } from "../ui/basic.tsx";
import { Check, Field, Select } from "../ui/form.tsx";
import { bytes, count, plural, title } from "../ui/format.ts";
import { Table, type TableColumn } from "../ui/table.tsx";
import { JobActions } from "./job-actions.tsx";
import { JobState } from "./job-state.tsx";

const MOST_ERRORS = 20; // rejected rows

export function UploadCard({ upload, tables }: { upload: Upload; tables: TableInfo[] }) {
  const phase = upload.phase.value;
  const editable = phase === "choosing" || phase === "checked";
  return (
    <Card
      title={upload.file.name}
      actions={
        <>
          <span class="quiet">{bytes(upload.file.size)}</span>
          {(editable || phase === "unfit" || phase === "loaded" || phase === "cancelled" || upload.job.value?.finished_at) && (
            <Button kind="link" onClick={() => remove(upload)}>
              Remove from this page
            </Button>
          )}
        </>
      }
    >
      {editable && <Choices upload={upload} tables={tables} />}
      {phase === "checking" && <Skeleton lines={3} />}
      <Failure error={upload.error.value} {...(phase === "choosing" ? { retry: () => void upload.check() } : {})} />
      {(phase === "checked" || phase === "loaded") && <Found upload={upload} />}
      <Moving upload={upload} />
    </Card>
  );
}

function Choices({ upload, tables }: { upload: Upload; tables: TableInfo[] }) {
  const options = upload.options.value;
  const set = (change: Partial<typeof options>) => {
    upload.options.value = { ...options, ...change };
    void upload.check();
  };
  const pick: [string, string][] = tables.map(({ name }) => [name, title(name)]);
  return (
    <>
      {!upload.table.value && <p role="status">No table has just these columns. Choose the table that the file is for.</p>}
      <div class="row">
        <Select
          label="Table"
          value={upload.table.value}
          set={(name) => {
            upload.table.value = name;
            void upload.check();
          }}
          options={upload.table.value ? pick : [["", "Choose a table"], ...pick]}
        />
        <Field
          label="Rows at most"
          type="number"
          min="1"
          max="1000"
          placeholder="all"
          value={options.rows ? String(options.rows) : ""}
          onChange={(event) => set({ rows: Number(event.currentTarget.value) || null })}
        />
      </div>
      <Check label="Reject rows with a blank field" value={options.strict ?? false} set={(strict) => set({ strict })} />
      <Check label="Skip rows whose content is stored already" value={options.dedupe ?? false} set={(dedupe) => set({ dedupe })} />
    </>
  );
}

const ERRORS: TableColumn<RowError>[] = [
  { name: "line", title: "Line", number: true, cell: ({ line }) => count(line) },
  { name: "column", title: "Column", cell: ({ column }) => column ?? "–" },
  { name: "value", title: "Value", cell: ({ value }) => value },
  { name: "reason", title: "Reason", cell: ({ reason }) => reason },
];

function Found({ upload }: { upload: Upload }) {
  const found = upload.found.value;
  if (!found) return null;
  const done = upload.phase.value === "loaded";
  const facts: [string, number][] = [
    ["Read", found.read],
    [done ? "Written" : "Would be written", found.written],
    ["Duplicates", found.duplicates],
    ["Rejected", found.rejected],
  ];
  return (
    <>
      {upload.sampled && <p class="notice">This is a large file: these are the results of its first {plural(found.read, "row")}. It is loaded as a job.</p>}
      {done ? (
        <p role="status">Loaded into {title(found.table)}.</p>
      ) : (
        <p role="status" class="hidden">
          {upload.file.name} is checked: {plural(found.written, "row")} would be written, {count(found.rejected)} rejected.
        </p>
      )}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{count(value)}</dd>
          </div>
        ))}
      </dl>
      {found.errors.length > 0 && (
        <>
          <h3>{found.rejected > MOST_ERRORS ? `The first ${MOST_ERRORS} rejected rows` : "Rejected rows"}</h3>
          <Table caption="Rejected rows" columns={ERRORS} rows={found.errors.slice(0, MOST_ERRORS)} />
        </>
      )}
      {done ? (
        <p>
          <Link to={href(["data", found.table])}>Show the rows of {title(found.table)}</Link>
        </p>
      ) : (
        <div class="buttons">
          <Button kind="main" disabled={!upload.sampled && found.written === 0} onClick={() => void upload.load()}>
            {upload.sampled ? "Upload and load" : `Load ${plural(found.written, "row")}`}
          </Button>
        </div>
      )}
    </>
  );
}

/** While a file is on its way, and the job that it has become. */
function Moving({ upload }: { upload: Upload }) {
  const cancelling = useAction();
  const job = upload.job.value;
  const phase = upload.phase.value;
  const cancel = (
    <Button busy={cancelling.busy} onClick={() => void cancelling.run(() => upload.cancel())}>
      Cancel
    </Button>
  );
  if (phase === "loading") return <p role="status">Loading…</p>;
  if (phase === "cancelled") return <p role="status">Cancelled.</p>;
  if (phase === "uploading" || phase === "paused") {
    return (
      <>
        <p role="status">{phase === "paused" ? "The connection broke. The upload goes on by itself when it is back." : "Uploading…"}</p>
        <Progress value={upload.progress.value} label="Uploaded" />
        <div class="buttons">
          {phase === "paused" && <Button onClick={() => upload.resume()}>Try again now</Button>}
          {cancel}
        </div>
        <Failure error={cancelling.error} />
      </>
    );
  }
  if (phase !== "job" || !job) return null;
  return (
    <>
      <p role="status">
        <JobState job={job} />
      </p>
      {job.error && <p class="failure">{job.error}</p>}
      <p>
        {plural(job.rows.written, "row")} written, {count(job.rows.rejected)} rejected. <Link to={href(["jobs", job.id])}>The job</Link>
      </p>
      <JobActions job={job} changed={(changed) => void upload.follow(changed)} kind="plain" />
    </>
  );
}
