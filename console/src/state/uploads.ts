// A file on its way into a table: checked first, then loaded at once or, when it is large, as a job.

import { type Signal, signal } from "@preact/signals";
import { Problem, call, freshKey, get } from "../api/http.ts";
import { mayPass } from "../api/passing.ts";
import { state } from "../api/session.ts";
import type { Job, LoadOptions, Loaded, NewJob } from "../api/types.ts";
import { whileSending } from "./interrupted.ts";
import { Parts } from "./parts.ts";
import { beginning } from "./tables.ts";

const SMALL = 5_000_000; // bytes that the API takes at once
const LARGEST = 5_000_000_000; // bytes that the API takes as a job
const POLL_MS = 1500;
const AGAIN_MS = 5000; // after a broken connection, then twice as long each time
const AGAIN_MOST_MS = 60_000;
const ENDED = new Set(["succeeded", "failed", "cancelled"]);
const MOST_MISSED = 3; // requests that failed in a row, before it is reported

export type Phase = "unfit" | "choosing" | "checking" | "checked" | "loading" | "uploading" | "paused" | "job" | "loaded" | "cancelled";

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

  /** It is none to load. */
  refuse(reason: string): void {
    this.error.value = new Error(reason);
    this.phase.value = "unfit";
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
      // a request that may pass may have been carried out: it is sent again with its key
      if (!mayPass(error as Error)) this.key = freshKey();
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
      const { data } = await call<NewJob>("POST", "ingestions", { json, key: this.key });
      this.job.value = data;
      // cancelled before there was a job to cancel
      if (this.abort.signal.aborted) return drop(data);
      await whileSending(data.id, () => this.send(new Parts(this.file, data.upload)));
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
    let missed = 0;
    try {
      while (!ENDED.has(this.job.value.status)) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        if (this.abort.signal.aborted) return;
        // nothing is asked until somebody has signed in again
        if (state.value === "ended") continue;
        const failed = await this.look(this.job.value);
        missed = failed ? missed + 1 : 0;
        this.error.value = missed >= MOST_MISSED ? failed : undefined;
      }
    } finally {
      this.following = false;
    }
  }

  /** The job as it is now, or why that is not known at the moment. */
  private async look({ id }: Job): Promise<Error | undefined> {
    try {
      this.job.value = await get<Job>(`ingestions/${encodeURIComponent(id)}`);
      return undefined;
    } catch (error) {
      if (!mayPass(error as Error) && state.value !== "ended") throw error;
      return error as Error;
    }
  }
}

async function drop({ id }: Job): Promise<void> {
  await call("DELETE", `ingestions/${encodeURIComponent(id)}`);
}
