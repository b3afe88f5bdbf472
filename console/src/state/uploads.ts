// A file on its way into a table: checked first, then loaded at once or, when it is large, as a job.

import { type Signal, effect, signal } from "@preact/signals";
import { Problem, call, freshKey, get } from "../api/http.ts";
import type { Job, LoadOptions, Loaded, NewJob, Table } from "../api/types.ts";
import { Parts } from "./parts.ts";
import { guessTable, headerOf } from "./tables.ts";
import { sending } from "./unsaved.ts";

const SMALL = 5_000_000; // bytes that the API takes at once
const SAMPLE = 400_000; // bytes of a large file that are checked before it is sent
const LARGEST = 5_000_000_000; // bytes that the API takes as a job
const POLL_MS = 1500;
const AGAIN_MS = 5000; // after a broken connection, then twice as long each time
const AGAIN_MOST_MS = 60_000;
const ENDED = new Set(["succeeded", "failed", "cancelled"]);
// of requests that may well succeed a little later; 401 until somebody has signed in again
const PASSING = new Set([0, 401, 429, 503]);

const SENDING = new Set<Phase>(["loading", "uploading", "paused"]);

export type Phase = "choosing" | "checking" | "checked" | "loading" | "uploading" | "paused" | "job" | "loaded" | "cancelled";

export class Upload {
  readonly id = freshKey();
  readonly table: Signal<string>;
  readonly options = signal<LoadOptions>({});
  readonly phase = signal<Phase>("choosing");
  readonly found = signal<Loaded | undefined>(undefined);
  readonly job = signal<Job | undefined>(undefined);
  readonly progress = signal(0);
  readonly error = signal<Error | undefined>(undefined);
  /** Whether only the beginning of the file was checked */
  readonly sampled: boolean;
  private key = freshKey();
  private abort = new AbortController();
  private wake: (() => void) | undefined;
  private following = false;

  constructor(
    readonly file: File,
    table: string,
  ) {
    this.table = signal(table);
    this.sampled = file.size > SMALL;
  }

  async check(): Promise<void> {
    if (!this.table.value) {
      this.phase.value = "choosing";
      return;
    }
    this.phase.value = "checking";
    await this.attempt("choosing", async () => {
      const body = this.sampled ? await beginning(this.file) : this.file;
      this.found.value = (await this.post<Loaded>(body, { ...this.options.value, dry_run: true })).data;
      this.phase.value = "checked";
    });
  }

  async load(): Promise<void> {
    if (this.sampled) {
      await this.upload();
      return;
    }
    this.phase.value = "loading";
    await this.attempt("checked", async () => {
      try {
        const { data, response } = await this.post<Loaded | Job>(this.file, this.options.value, this.key);
        if (response.status === 202) await this.follow(data as Job);
        else this.end(data as Loaded);
      } catch (error) {
        // quotes and line ends may make more of it than the API takes at once
        if (!(error instanceof Problem) || error.status !== 413) throw error;
        await this.upload();
      }
    });
  }

  /** Stops what is under way; a job is cancelled, and rows that it has written stay. */
  async cancel(): Promise<void> {
    this.abort.abort(new DOMException("cancelled", "AbortError"));
    this.wake?.();
    if (this.job.value) await drop(this.job.value);
    this.phase.value = "cancelled";
  }

  /** Go on after a broken connection without waiting for the browser to notice it is back. */
  resume(): void {
    this.wake?.();
  }

  private end(found: Loaded): void {
    this.found.value = found;
    this.phase.value = "loaded";
  }

  /** Runs a step; when it fails, the error is kept and the phase is the one to try again from. */
  private async attempt(back: Phase, step: () => Promise<void>): Promise<void> {
    this.error.value = undefined;
    try {
      await step();
    } catch (error) {
      if (this.abort.signal.aborted) return;
      // a request that was not answered may be sent again with its key
      if (!(error instanceof Problem) || error.status !== 0) this.key = freshKey();
      this.error.value = error as Error;
      this.found.value = back === "choosing" ? undefined : this.found.value;
      // a job that exists is not to be made again
      if (this.phase.value !== "job") this.phase.value = back;
    }
  }

  private post<T>(body: Blob, options: LoadOptions, key?: string) {
    const query = { ...options } as Record<string, string | number | boolean | null>;
    for (const [name, value] of Object.entries(query)) if (value === false) delete query[name];
    const { signal } = this.abort;
    return call<T>("POST", `tables/${this.table.value}`, { body, type: "text/csv", query, signal, ...(key ? { key } : {}) });
  }

  private async upload(): Promise<void> {
    this.phase.value = "uploading";
    await this.attempt("checked", async () => {
      if (this.file.size > LARGEST) throw new Error("The file is larger than 5 GB. Cut it into several files, each with the header.");
      const { rows, ...options } = this.options.value;
      const json = { table: this.table.value, filename: this.file.name.slice(0, 255), bytes: this.file.size, options: { ...options, ...(rows ? { rows } : {}) } };
      const { data } = await call<NewJob>("POST", "ingestions", { json, key: freshKey() });
      this.job.value = data;
      // cancelled before there was a job to cancel
      if (this.abort.signal.aborted) return drop(data);
      await this.send(new Parts(this.file, data.upload));
      await this.follow(data);
    });
  }

  /** Until S3 has the file: after a broken connection it goes on with what is not stored. */
  private async send(parts: Parts): Promise<void> {
    let pause = AGAIN_MS;
    for (let stored = 0; !(await parts.send(this.abort.signal, (part) => (this.progress.value = part))); stored = parts.stored) {
      if (parts.stored > stored) pause = AGAIN_MS;
      await this.connection(pause);
      pause = Math.min(2 * pause, AGAIN_MOST_MS);
      this.phase.value = "uploading";
    }
  }

  /** Until the browser is online again, somebody wishes so, or some time has passed. */
  private async connection(pause: number): Promise<void> {
    this.phase.value = "paused";
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      addEventListener("online", () => resolve(), { once: true });
      setTimeout(() => navigator.onLine && resolve(), pause);
    });
    this.wake = undefined;
    this.abort.signal.throwIfAborted();
  }

  /** The job as it is now, until it ends: it goes on whether it is looked at or not. */
  async follow(job: Job): Promise<void> {
    this.job.value = job;
    this.phase.value = "job";
    if (this.following) return;
    this.following = true;
    try {
      while (!ENDED.has(this.job.value.status)) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        if (this.abort.signal.aborted) return;
        await this.look(this.job.value);
      }
    } finally {
      this.following = false;
    }
  }

  private async look({ id }: Job): Promise<void> {
    try {
      this.job.value = await get<Job>(`ingestions/${encodeURIComponent(id)}`);
    } catch (error) {
      if (!(error instanceof Problem) || !PASSING.has(error.status)) throw error;
    }
  }
}

async function drop({ id }: Job): Promise<void> {
  await call("DELETE", `ingestions/${encodeURIComponent(id)}`);
}

/** The files that were chosen, also while another page is looked at. */
export const uploads = signal<Upload[]>([]);

// a file is read here until it has arrived
effect(() => {
  sending.value = uploads.value.some(({ phase }) => SENDING.has(phase.value));
});

/** Add files, each with the table that is guessed from its header or name, and check them. */
export async function addFiles(files: Iterable<File>, tables: Table[], preferred: string): Promise<void> {
  for (const file of files) {
    const header = headerOf(await file.slice(0, 4096).text());
    const upload = new Upload(file, guessTable(tables, header, file.name)?.name ?? preferred);
    uploads.value = [...uploads.value, upload];
    void upload.check();
  }
}

export function remove(upload: Upload): void {
  uploads.value = uploads.value.filter((each) => each !== upload);
}

/** Whole records from the beginning of a file. */
async function beginning(file: File): Promise<Blob> {
  const text = await file.slice(0, SAMPLE).text();
  let end = text.lastIndexOf("\n");
  // not within a quoted field
  while (end > 0 && (text.slice(0, end).split('"').length - 1) % 2) end = text.lastIndexOf("\n", end - 1);
  return new Blob([end > 0 ? text.slice(0, end + 1) : text]);
}
