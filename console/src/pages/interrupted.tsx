// Above every page: uploads that ended when this page was reloaded, and what to do about them.

import { useEffect } from "preact/hooks";
import { call } from "../api/http.ts";
import { state } from "../api/session.ts";
import type { Job } from "../api/types.ts";
import { findInterrupted, forget, interrupted } from "../state/interrupted.ts";
import { useAction } from "../state/load.ts";
import { href } from "../state/router.ts";
import { announce } from "../ui/announce.tsx";
import { Button, Failure, Link } from "../ui/basic.tsx";

export function InterruptedUploads() {
  const signedIn = state.value === "signed-in";
  useEffect(() => {
    // what is not known now is asked again with the next page that is opened
    if (signedIn) findInterrupted().catch(() => undefined);
  }, [signedIn]);
  return (
    <>
      {interrupted.value.map((job) => (
        <Interrupted job={job} key={job.id} />
      ))}
    </>
  );
}

function Interrupted({ job }: { job: Job }) {
  const action = useAction();
  const name = job.filename ?? "a file";
  const cancel = async () => {
    await call("DELETE", `ingestions/${encodeURIComponent(job.id)}`);
    forget(job.id);
    announce(`The job of ${name} is cancelled`);
  };
  return (
    <section class="notice stack" aria-label={`Interrupted upload of ${name}`}>
      <p role="status">
        The upload of <bdi>{name}</bdi> was interrupted: this page was reloaded or left before the whole file was sent. Nothing of it is loaded.{" "}
        <Link to={href(["data", "load"], { table: job.table })}>Choose the file again</Link> to load it, and cancel <Link to={href(["jobs", job.id])}>the job</Link> that
        still waits for it.
      </p>
      <Failure error={action.error} />
      <div class="buttons">
        <Button busy={action.busy} onClick={() => void action.run(cancel)}>
          Cancel the job
        </Button>
        <Button onClick={() => forget(job.id)}>Hide this</Button>
      </div>
    </section>
  );
}
