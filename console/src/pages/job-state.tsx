// A job's state in a word, with its progress while it moves.

import type { Job, JobStatus } from "../api/types.ts";
import { Badge, Progress } from "../ui/basic.tsx";

/** Under way by itself: worth to be asked about again */
export const ACTIVE: ReadonlySet<JobStatus> = new Set<JobStatus>(["planning", "running"]);
export const CAN_CANCEL: ReadonlySet<JobStatus> = new Set<JobStatus>(["awaiting_upload", "planning", "running"]);

export const STATES: Record<JobStatus, string> = {
  awaiting_upload: "Waits for its file",
  planning: "Being prepared",
  running: "Running",
  succeeded: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

const KINDS: Record<JobStatus, "good" | "bad" | "busy" | "quiet"> = {
  awaiting_upload: "quiet",
  planning: "busy",
  running: "busy",
  succeeded: "good",
  failed: "bad",
  cancelled: "quiet",
};

/** `waiting_for` may be unknown, as in the overview. */
export function JobState({ job }: { job: Pick<Job, "status" | "progress"> & Partial<Pick<Job, "waiting_for">> }) {
  const { status, waiting_for } = job;
  if (waiting_for) return <Badge kind="quiet">In the queue</Badge>;
  return (
    <>
      <Badge kind={KINDS[status]}>{STATES[status]}</Badge>
      {status === "running" && (
        <>
          {" "}
          <Progress value={job.progress} label="Progress" />
        </>
      )}
    </>
  );
}
