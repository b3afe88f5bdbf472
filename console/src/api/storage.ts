// Requests to S3 by presigned addresses. fetch() reports no progress, XMLHttpRequest does.

const STALLED_MS = 60_000; // without a byte on its way

export interface Reply {
  status: number;
  etag: string | null;
  text: string;
}

/** What S3 responded; undefined when the connection broke. */
export function request(
  method: string,
  url: string,
  body: Blob | string,
  signal: AbortSignal,
  progress: (bytes: number) => void = () => undefined,
): Promise<Reply | undefined> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    // a connection may be gone without an error
    let stalled: ReturnType<typeof setTimeout>;
    const moving = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED_MS);
    };
    moving();
    request.upload.onprogress = ({ loaded }) => {
      moving();
      progress(loaded);
    };
    // S3 sends blanks while it joins the parts
    request.onprogress = moving;
    const stop = () => request.abort();
    request.onloadend = () => {
      clearTimeout(stalled);
      signal.removeEventListener("abort", stop);
    };
    request.onload = () => resolve({ status: request.status, etag: request.getResponseHeader("etag"), text: request.responseText });
    request.onerror = () => resolve(undefined);
    request.onabort = () => (signal.aborted ? reject(signal.reason as Error) : resolve(undefined));
    signal.addEventListener("abort", stop);
    request.send(body);
  });
}
