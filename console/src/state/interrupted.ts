// Uploads that ended with a page of the console: no page can read again a file that another one was
// given. Their jobs are kept in the tab's storage from when they are made until S3 has the file.

import { signal } from "@preact/signals";
import { Problem, get } from "../api/http.ts";
import type { Job } from "../api/types.ts";

const KEPT = "sprocketworks-uploads";
const SETTLED_MS = 2000; // a page that is gone holds its locks a moment longer
const lockOf = (id: string) => `sprocketworks-upload:${id}`;

/** Jobs whose files will not arrive from here any more */
export const interrupted = signal<Job[]>([]);

const kept = () => JSON.parse(sessionStorage.getItem(KEPT) ?? "[]") as string[];

function keep(ids: string[]): void {
  if (ids.length) sessionStorage.setItem(KEPT, JSON.stringify(ids));
  else sessionStorage.removeItem(KEPT);
}

/** While a job's file is sent; a copy of this tab has its storage too, and sees by the lock that it is. */
export async function whileSending(id: string, send: () => Promise<void>): Promise<void> {
  keep([...kept(), id]);
  try {
    await navigator.locks.request(lockOf(id), send);
  } finally {
    forget(id);
  }
}

/** Ask no more about a job. */
export function forget(id: string): void {
  keep(kept().filter((each) => each !== id));
  interrupted.value = interrupted.value.filter((job) => job.id !== id);
}

async function jobOf(id: string): Promise<Job | undefined> {
  try {
    return await get<Job>(`ingestions/${encodeURIComponent(id)}`);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return undefined;
    throw error;
  }
}

/** Whether a page sends its file at the moment. */
const isSent = (id: string) => navigator.locks.request(lockOf(id), { signal: AbortSignal.timeout(SETTLED_MS) }, () => false).catch(() => true);

/** Which jobs of an earlier page of this tab still wait for their files; the others are forgotten. */
export async function findInterrupted(): Promise<void> {
  for (const id of kept()) {
    if (await isSent(id)) continue;
    const job = await jobOf(id);
    if (job?.status !== "awaiting_upload") forget(id);
    // neither one whose upload has ended just now, nor one that is known already
    else if (kept().includes(id) && !interrupted.value.some((known) => known.id === id)) interrupted.value = [...interrupted.value, job];
  }
}
