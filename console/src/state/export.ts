// A whole table as a CSV that can be loaded again.

import { get } from "../api/http.ts";
import type { Cell, Column, Page, Row } from "../api/types.ts";
import { download } from "../ui/download.ts";

const LIMIT = 100;

function field(value: Cell): string {
  if (value === null || value === undefined) return "";
  const text = Array.isArray(value) ? value.join(";") : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvLine = (values: Cell[]) => `${values.map(field).join(",")}\r\n`;

/** Reads page by page; `progress` hears of the rows so far. */
export async function exportTable(
  table: string,
  columns: Column[],
  signal: AbortSignal,
  progress: (rows: number) => void,
): Promise<void> {
  const names = columns.map(({ name }) => name);
  const parts = [csvLine(names)];
  let cursor: string | null = null;
  do {
    const page: Page<Row> = await get<Page<Row>>(`tables/${table}/rows`, { limit: LIMIT, cursor }, signal);
    parts.push(page.items.map((row) => csvLine(names.map((name) => row[name]))).join(""));
    cursor = page.next;
    progress((parts.length - 1) * LIMIT);
  } while (cursor);
  download(parts, `${table}.csv`, "text/csv");
}
