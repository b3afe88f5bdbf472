// A file on its way to S3 in parts. What is stored is never sent again, whatever breaks.

import { Problem } from "../api/http.ts";
import { passes } from "../api/passing.ts";
import { type Reply, request } from "../api/storage.ts";
import type { NewJob } from "../api/types.ts";

const AT_ONCE = 3; // parts on their way
// S3 takes no more of the file: somebody has cancelled the job, or a response was lost
const ENDED = new Error("the upload has ended");

type Part = NewJob["upload"]["parts"][number] & { start: number };

export class Parts {
  /** The entity tag of each part that is stored, by its number */
  private readonly tags = new Map<number, string>();
  /** Bytes on their way, by the number of their part */
  private readonly sent = new Map<number, number>();
  private readonly parts: Part[];

  constructor(
    private readonly file: File,
    private readonly upload: NewJob["upload"],
  ) {
    let start = 0;
    this.parts = upload.parts.map((part) => ({ ...part, start: (start += part.bytes) - part.bytes }));
  }

  /** Bytes that are stored. */
  get stored(): number {
    return this.parts.reduce((sum, { number, bytes }) => sum + (this.tags.has(number) ? bytes : 0), 0);
  }

  /** Sends what is not stored; false when the connection broke. Once it is true, see the status of the job. */
  async send(signal: AbortSignal, progress: (part: number) => void): Promise<boolean> {
    const missing = this.parts.filter(({ number }) => !this.tags.has(number));
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const report = () => {
      const moving = [...this.sent.values()].reduce((sum, bytes) => sum + bytes, 0);
      progress((this.stored + moving) / this.file.size);
    };
    report();
    let whole = true;
    const sender = async () => {
      for (let part = missing.shift(); part && whole; part = missing.shift()) {
        if (!(await this.put(part, either, report))) whole = false;
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, sender));
      return whole && (await this.complete(signal));
    } catch (error) {
      if (error === ENDED) return true;
      throw error;
    } finally {
      // a part that is refused ends the others
      failed.abort();
      this.sent.clear();
      report();
    }
  }

  private async put({ number, start, bytes, url }: Part, signal: AbortSignal, report: () => void): Promise<boolean> {
    const piece = this.file.slice(start, start + bytes);
    const reply = await request("PUT", url, piece, signal, (loaded) => {
      this.sent.set(number, Math.min(loaded, bytes));
      report();
    });
    this.sent.delete(number);
    if (!reply) await readable(piece);
    if (!settled(reply)) return false;
    this.tags.set(number, reply.etag ?? "");
    return true;
  }

  private async complete(signal: AbortSignal): Promise<boolean> {
    const parts = this.parts.map(({ number }) => `<Part><PartNumber>${number}</PartNumber><ETag>${this.tags.get(number)}</ETag></Part>`);
    const list = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
    const reply = await request("POST", this.upload.complete_url, list, signal);
    // S3 may fail after it has responded with a 200
    return settled(reply) && !reply.text.includes("<Error>");
  }
}

/** A file that has changed can not be read any more, which looks like a broken connection. */
async function readable(piece: Blob): Promise<void> {
  try {
    await piece.slice(0, 1).arrayBuffer();
  } catch {
    throw new Error("The file has changed since it was chosen. Remove it from this page, and choose it again.");
  }
}

/** Whether a request is done, and not to be sent again; a Problem when S3 refuses it for good. */
function settled(reply: Reply | undefined): reply is Reply {
  if (!reply || passes(reply.status)) return false;
  if (reply.status < 300) return true;
  const code = /<Code>(\w+)<\/Code>/.exec(reply.text)?.[1] ?? String(reply.status);
  if (code === "RequestTimeout") return false;
  if (code === "NoSuchUpload") throw ENDED;
  if (/expired/i.test(reply.text)) throw new Problem(reply.status, "The upload took longer than it may. Load the file again.");
  throw new Problem(reply.status, `The file could not be stored (${code}). Load it again.`);
}
