// Requests to the API: JSON in and out, every failure a Problem in a sentence.

import { base } from "./base.ts";
import { end, state } from "./session.ts";
import { bearer, renew } from "./signin.ts";

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Fault {
  loc: (string | number)[];
  msg: string;
}

export interface Options {
  query?: Query;
  json?: unknown;
  body?: BodyInit;
  type?: string;
  accept?: string;
  ifMatch?: string | undefined;
  /** Only where nothing is stored yet */
  ifNew?: boolean;
  /** A key that makes a repeated POST harmless */
  key?: string;
  signal?: AbortSignal;
}

/** Why a request failed; its status is 0 when nobody responded. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    sentence: string,
    readonly faults: Fault[] = [],
    readonly body: unknown = null,
  ) {
    super(sentence);
  }
}

export interface Reply<T> {
  data: T;
  etag: string | undefined;
  response: Response;
}

export function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

interface Body {
  title?: string;
  detail?: string;
  message?: string;
  errors?: Fault[];
}

async function problem(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as Body;
  const wait = response.headers.get("retry-after");
  const own: Record<number, string> = {
    401: "Your session has ended. Sign in again.",
    403: "You may not do this: your account lacks the right.",
    429: "Too many requests at the moment. Try again shortly.",
    503: `The service is not available at the moment. Try again${wait ? ` in ${wait} seconds` : " shortly"}.`,
  };
  const detail = sentence(body.detail ?? body.message ?? body.title ?? `the request failed with status ${response.status}`);
  const text = own[response.status] ?? (response.status === 404 ? `${detail} It may have been deleted meanwhile.` : detail);
  return new Problem(response.status, text, body.errors ?? [], body);
}

async function attempt(method: string, path: string, options: Options): Promise<Response> {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, String(value));
  }
  const headers = new Headers();
  const token = await bearer();
  if (token) headers.set("Authorization", `Bearer ${token}`);
  if (options.accept) headers.set("Accept", options.accept);
  if (options.ifMatch) headers.set("If-Match", options.ifMatch);
  if (options.ifNew) headers.set("If-None-Match", "*");
  if (options.key) headers.set("Idempotency-Key", options.key);
  if (options.json !== undefined) headers.set("Content-Type", "application/json");
  else if (options.type) headers.set("Content-Type", options.type);
  const body = options.json !== undefined ? JSON.stringify(options.json) : options.body;
  return fetch(url, {
    method,
    headers,
    ...(body !== undefined ? { body } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
}

/** The response of a request that went well; a Problem for every other. */
export async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  let response: Response;
  try {
    response = await attempt(method, path, options);
    if (response.status === 401 && state.value === "signed-in" && (await renew())) {
      response = await attempt(method, path, options);
    }
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, "The service could not be reached. Check the connection and try again.");
  }
  if (response.status === 401) end();
  if (response.ok) return response;
  throw await problem(response);
}

/** The body of a response, as it is read; a Problem when that breaks off, or it is not the service's. */
export async function read<T>(body: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await body;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "The response of the service broke off. Check the connection and try again.");
  }
}

export async function call<T>(method: string, path: string, options: Options = {}): Promise<Reply<T>> {
  const response = await send(method, path, options);
  const json = response.text().then((text) => (text ? JSON.parse(text) : null) as T);
  return { data: await read(json, options.signal), etag: response.headers.get("etag") ?? undefined, response };
}

export const get = async <T>(path: string, query: Query = {}, signal?: AbortSignal) =>
  (await call<T>("GET", path, { query, ...(signal ? { signal } : {}) })).data;

/** A key for a POST that may be sent again. */
export const freshKey = () => crypto.randomUUID();
