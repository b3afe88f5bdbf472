import { get } from "../api/http.ts";
import type { Report } from "../api/types.ts";

type Query = Record<string, string | number | undefined>;

/** A whole report, page by page where it does not fit into one response. */
export async function wholeReport<T>(path: string, query: Query, signal: AbortSignal): Promise<Report<T>> {
  const first = await get<Report<T>>(path, query, signal);
  let next = first.next;
  while (next) {
    const page: Report<T> = await get<Report<T>>(path, { ...query, cursor: next }, signal);
    first.results?.push(...page.results);
    next = page.next;
  }
  return first;
}
