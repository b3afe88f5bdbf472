// Whole lists as CSV files: the API gives pages, each with a header and a link to the next.

import { type Query, read, send } from "../api/http.ts";

/** The parts of one file with one header; `progress` hears how many pages there are so far. */
export async function wholeCsv(
  path: string,
  query: Query,
  signal?: AbortSignal,
  progress: (pages: number) => void = () => undefined,
): Promise<string[]> {
  const parts: string[] = [];
  let cursor: string | null = null;
  do {
    const options = { query: { ...query, cursor }, accept: "text/csv", ...(signal ? { signal } : {}) };
    const response: Response = await send("GET", path, options);
    const text = await read(response.text(), signal);
    parts.push(parts.length ? text.slice(text.indexOf("\n") + 1) : text);
    progress(parts.length);
    const following = /<([^>]*)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
    cursor = following ? new URL(following, response.url).searchParams.get("cursor") : null;
  } while (cursor);
  return parts;
}
