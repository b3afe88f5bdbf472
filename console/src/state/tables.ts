// The data sets, and how a file is matched with one of them.

import { get } from "../api/http.ts";
import type { Table } from "../api/types.ts";

export const loadTables = async (signal?: AbortSignal) => (await get<{ tables: Table[] }>("tables", {}, signal)).tables;

const SAMPLE = 400_000; // bytes of a large file that are checked before it is sent
const DELIMITERS = [",", ";", "\t", "|"];

/** The names in the first line of a CSV, as the API would read a header. */
export function headerOf(text: string): string[] {
  const [line = ""] = text.replace(/^\uFEFF/, "").trimStart().split(/\r?\n/, 1);
  const parts = DELIMITERS.map((delimiter) => line.split(delimiter));
  const [most = []] = parts.sort((a, b) => b.length - a.length);
  return most.map((name) => name.trim().replace(/^"(.*)"$/, "$1").trim().toLowerCase());
}

/** The table with just these columns, or the one named in the file's name. */
export function guessTable(tables: Table[], header: string[], filename: string): Table | undefined {
  const names = new Set(header);
  const byHeader = tables.find(
    ({ columns }) => columns.every(({ name, required }) => !required || names.has(name)) && header.every((name) => columns.some((column) => column.name === name)),
  );
  if (byHeader) return byHeader;
  const plain = filename.toLowerCase().replaceAll(/[^a-z]+/g, "_");
  const named = tables.filter(({ name }) => plain.startsWith(name));
  return named.sort((a, b) => b.name.length - a.name.length)[0];
}

/** Whole records from the beginning of a file. */
export async function beginning(file: File): Promise<Blob> {
  const text = await file.slice(0, SAMPLE).text();
  let end = text.lastIndexOf("\n");
  // not within a quoted field
  while (end > 0 && (text.slice(0, end).split('"').length - 1) % 2) end = text.lastIndexOf("\n", end - 1);
  return new Blob([end > 0 ? text.slice(0, end + 1) : text]);
}
