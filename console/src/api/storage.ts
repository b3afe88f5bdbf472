// Uploads straight to S3 by a presigned form. fetch() reports no progress, XMLHttpRequest does.

import { Problem } from "./http.ts";
import type { NewJob } from "./types.ts";

const STALLED_MS = 60_000; // without a byte on its way

/** True when the file has arrived, false when the connection broke; a Problem when S3 refuses it. */
export function postForm(
  { url, fields }: NewJob["upload"],
  file: File,
  signal: AbortSignal,
  progress: (part: number) => void,
): Promise<boolean> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    // a connection may be gone without an error
    let stalled: ReturnType<typeof setTimeout>;
    const moving = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED_MS);
    };
    moving();
    request.upload.onprogress = ({ loaded, total }) => {
      moving();
      progress(total ? loaded / total : 0);
    };
    request.onloadend = () => clearTimeout(stalled);
    request.onload = () => {
      if (request.status < 300) resolve(true);
      else reject(refusal(request.status, request.responseText));
    };
    request.onerror = () => resolve(false);
    request.onabort = () => (signal.aborted ? reject(signal.reason) : resolve(false));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

function refusal(status: number, xml: string): Problem {
  const code = /<Code>(\w+)<\/Code>/.exec(xml)?.[1];
  if (code === "EntityTooLarge") return new Problem(status, "The file is larger than an upload may be.");
  return new Problem(status, `The file could not be stored (${code ?? status}). Load it again.`);
}
