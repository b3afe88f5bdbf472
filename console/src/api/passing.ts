// Which failures are worth another attempt: one rule for requests to the API and to S3.

import { Problem } from "./http.ts";

/** Whether the same request may succeed a little later; without a status nobody responded. */
export const passes = (status: number | undefined) => !status || status === 408 || status === 429 || status >= 500;

/** The same of a request that failed. */
export const mayPass = (error: Error | undefined) => error instanceof Problem && passes(error.status);
