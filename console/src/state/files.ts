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
