import { read, send } from "../api/http.ts";
import type { Job } from "../api/types.ts";
import { download } from "../ui/download.ts";

/** Downloads the rejected rows of a job as a CSV. */
export async function saveRejects({ id, filename, table }: Job): Promise<void> {
  const response = await send("GET", `ingestions/${encodeURIComponent(id)}/rejects`);
  download([await read(response.blob())], `${(filename ?? table).replace(/\.csv$/i, "")}-rejected.csv`, "text/csv");
}
