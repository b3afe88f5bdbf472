// The files that were chosen, also while another page is looked at.

import { effect, signal } from "@preact/signals";
import type { Table } from "../api/types.ts";
import { guessTable, headerOf } from "./tables.ts";
import { sending } from "./unsaved.ts";
import { type Phase, Upload } from "./uploads.ts";

export const uploads = signal<Upload[]>([]);

const SENDING = new Set<Phase>(["loading", "uploading", "paused"]);

// a file is read here until it has arrived
effect(() => {
  sending.value = uploads.value.some(({ phase }) => SENDING.has(phase.value));
});

const SPREADSHEETS = ["504b0304", "d0cf11e0"]; // how files of Excel begin, new and old ones

/** Why a file is none to load, in a sentence. */
async function unfit(file: File): Promise<string | undefined> {
  if (!file.size) return "The file is empty.";
  try {
    const bytes = new Uint8Array(await file.slice(0, 4).arrayBuffer());
    const beginning = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (!SPREADSHEETS.includes(beginning)) return undefined;
  } catch {
    return "It can not be read. It may be a folder, or a file that was moved or deleted.";
  }
  return "This is a workbook or an archive, not a CSV file. Save it as CSV in UTF-8, which Excel calls “CSV UTF-8”, and choose that file.";
}

/** Add files, each with the table that is guessed from its header or name, and check them. */
export async function addFiles(files: Iterable<File>, tables: Table[], preferred: string): Promise<void> {
  for (const file of files) {
    const reason = await unfit(file);
    const header = reason ? [] : headerOf(await file.slice(0, 4096).text());
    const table = guessTable(tables, header, file.name) ?? tables.find(({ name }) => name === preferred);
    const upload = new Upload(file, table?.name ?? "");
    uploads.value = [...uploads.value, upload];
    if (reason) upload.refuse(reason);
    else void upload.check();
  }
}

export function remove(upload: Upload): void {
  uploads.value = uploads.value.filter((each) => each !== upload);
}
