// The reports that the API declares, and a report as a whole.

import { get } from "../api/http.ts";
import type { Report } from "../api/types.ts";
import declared from "../reports.json";

/** A report as the API declares it; infra/console.py writes them into reports.json. */
export interface Declared {
  name: string;
  summary: string;
  /** What is asked for, without what makes a page of it */
  parameters: { name: string; description: string; default: string | number | null; minimum?: number; maximum?: number }[];
  columns: { name: string; number: boolean }[];
  /** The member of the response that holds the rows */
  rows: string;
}

export const REPORTS: readonly Declared[] = declared;

export const MOST_ROWS = 20_000; // of a table in a browser

type Query = Record<string, string | number | null | undefined>;

/** A whole report, page by page where it does not fit into one response. */
export async function wholeReport<T>(path: string, query: Query, signal: AbortSignal, member = "results"): Promise<Report<T>> {
  const first = await get<Report<T>>(path, query, signal);
  const rows = rowsOf(first, member);
  let next = first.next;
  while (next && rows.length < MOST_ROWS) {
    const page: Report<T> = await get<Report<T>>(path, { ...query, cursor: next }, signal);
    rows.push(...rowsOf(page, member));
    next = page.next;
  }
  return first;
}

/** Its rows, which a member has whose name the API declares. */
export const rowsOf = <T>(report: Report<T>, member: string) => (report as unknown as Record<string, T[]>)[member] ?? [];
