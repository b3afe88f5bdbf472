// Who is signed in: an access token, kept for this tab and handed to others by a channel.
//
// sessionStorage is read by scripts of this origin in this tab alone, and outlives a reload.
// A new tab asks the others; none answers when it is the first.

import { signal } from "@preact/signals";
import { base } from "./base.ts";

export interface Session {
  access: string;
  refresh?: string;
}

export type State = "starting" | "signed-out" | "signed-in" | "ended";
type Message = { ask: true } | { session: Session | null };

const KEPT = "sprocketworks-session";
const ANSWER_MS = 150; // other tabs answer within some milliseconds

export const state = signal<State>("starting");
export const person = signal("");
let current: Session | null = null;

const channel = new BroadcastChannel(`sprocketworks:${base.pathname}`);
const send = (message: Message) => channel.postMessage(message);

interface Claims {
  exp?: number;
  username?: string;
}

function claims({ access }: Session): Claims {
  try {
    const [, body = ""] = access.split(".");
    const bytes = Uint8Array.from(atob(body.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
  } catch {
    return {};
  }
}

export const secondsLeft = (session: Session) => (claims(session).exp ?? Infinity) - Date.now() / 1000;

/** The session, if there is one; it may be over. */
export const session = () => current;

function keep(found: Session | null): void {
  current = found;
  if (found) sessionStorage.setItem(KEPT, JSON.stringify(found));
  else sessionStorage.removeItem(KEPT);
  person.value = found ? (claims(found).username ?? "") : "";
  state.value = found ? "signed-in" : "signed-out";
}

/** Keep a new session, here and in the other tabs. */
export function begin(found: Session): void {
  keep(found);
  send({ session: found });
}

/** Forget the session, here and in the other tabs. */
export function forget(): void {
  keep(null);
  send({ session: null });
}

/** The API refused the token and no other is available: what is on the page stays. */
export function end(): void {
  sessionStorage.removeItem(KEPT);
  current = null;
  state.value = "ended";
}

function kept(): Session | null {
  const text = sessionStorage.getItem(KEPT);
  return text ? (JSON.parse(text) as Session) : null;
}

/** Find the session of this tab, or of another one. */
export async function restore(): Promise<void> {
  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if ("session" in data) keep(data.session);
    else if (current && usable(current)) send({ session: current });
  });
  const own = kept();
  if (own && usable(own)) {
    keep(own);
    return;
  }
  send({ ask: true });
  await new Promise((done) => setTimeout(done, ANSWER_MS));
  if (state.value === "starting") keep(null);
}

const usable = (session: Session) => secondsLeft(session) > 0 || session.refresh !== undefined;
