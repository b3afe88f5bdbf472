// What can be done with a job, where it makes sense.

import { useState } from "preact/hooks";
import { call, get } from "../api/http.ts";
import type { Job } from "../api/types.ts";
import { forget } from "../state/interrupted.ts";
import { saveRejects } from "../state/rejects.ts";
import { useAction } from "../state/load.ts";
import { announce } from "../ui/announce.tsx";
import { Button, Failure } from "../ui/basic.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { CAN_CANCEL } from "./job-state.tsx";

const pathOf = ({ id }: Job) => `ingestions/${encodeURIComponent(id)}`;

export function JobActions({ job, changed, kind = "link" }: { job: Job; changed: (job: Job) => void; kind?: "link" | "plain" }) {
  const action = useAction();
  const cancelling = useAction();
  const [asked, setAsked] = useState(false);
  const name = job.filename ?? job.table;
  const retry = async () => {
    changed((await call<Job>("POST", `${pathOf(job)}/retry`)).data);
    announce(`${name} is loaded again`);
  };
  const cancel = async () => {
    changed((await call<Job>("DELETE", pathOf(job))).data);
    forget(job.id);
    setAsked(false);
    announce(`${name} is cancelled`);
  };
  const rejects = async () => {
    await saveRejects(job);
    changed(await get<Job>(pathOf(job)));
  };
  return (
    <span class="actions">
      {job.status === "failed" && (
        <Button kind={kind} busy={action.busy} onClick={() => void action.run(retry)}>
          Retry
        </Button>
      )}
      {CAN_CANCEL.has(job.status) && (
        <Button kind={kind} onClick={() => setAsked(true)}>
          Cancel
        </Button>
      )}
      {job.finished_at && job.rows.rejected > 0 && (
        <Button kind={kind} busy={action.busy} onClick={() => void action.run(rejects)}>
          Rejected rows
        </Button>
      )}
      <Failure error={action.error} />
      {asked && (
        <Confirm title={`Cancel the load of ${name}?`} verb="Cancel the load" action={cancelling} run={cancel} close={() => setAsked(false)}>
          <p>Rows that are written already stay.</p>
        </Confirm>
      )}
    </span>
  );
}
