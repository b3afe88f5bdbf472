// Signing in at the user pool: OAuth 2 authorization code with PKCE (RFC 7636).

import { base } from "./base.ts";
import { type Session, begin, end, forget, secondsLeft, session } from "./session.ts";

const ATTEMPT = "sprocketworks-sign-in";
const SCOPE = "openid sprocketworks/read sprocketworks/write";
const EARLY_SECONDS = 60; // renewed so long before its end

interface Places {
  authorize_url: string;
  token_url: string;
  client_id: string;
}

interface Attempt {
  verifier: string;
  state: string;
  page: string;
}

function base64url(bytes: ArrayBuffer | Uint8Array): string {
  const letters = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

let known: Promise<Places> | undefined;

/** Where the API requires no token, nobody signs in. */
class Open extends Error {}

async function ask(): Promise<Places> {
  const response = await fetch(new URL("static/access.json", base));
  if (response.status === 404) throw new Open("Nobody signs in here.");
  if (!response.ok) throw new Error("The sign-in service is not available at the moment. Try again.");
  return (await response.json()) as Places;
}

/** Whether this API is open to everyone, for demonstrations. */
export const isOpen = () => places().then(() => false, (error: unknown) => error instanceof Open);

function places(): Promise<Places> {
  known ??= ask().catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  return known;
}

/** Leaves for the sign-in page, which comes back with a code; then this page opens again. */
export async function signIn(): Promise<void> {
  const { authorize_url, client_id } = await places();
  const attempt: Attempt = { verifier: random(), state: random(), page: location.hash };
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(attempt.verifier));
  const url = new URL(authorize_url, base);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: base.href,
    scope: SCOPE,
    state: attempt.state,
    code_challenge: base64url(digest),
    code_challenge_method: "S256",
  }).toString();
  location.assign(url);
}

async function token(grant: Record<string, string>): Promise<Session | null> {
  const { token_url, client_id } = await places();
  const body = new URLSearchParams({ client_id, ...grant });
  const response = await fetch(new URL(token_url, base), { method: "POST", body });
  if (!response.ok) return null;
  const { access_token, refresh_token } = (await response.json()) as Record<string, string>;
  const refresh = refresh_token ?? grant.refresh_token;
  return access_token ? { access: access_token, ...(refresh ? { refresh } : {}) } : null;
}

/** Where the sign-in page came back with a code: fetches the token, and the address forgets the code. */
export async function finishSignIn(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const attempt = JSON.parse(sessionStorage.getItem(ATTEMPT) ?? "null") as Attempt | null;
  const code = query.get("code");
  if (!query.has("state") || !attempt) return;
  sessionStorage.removeItem(ATTEMPT);
  history.replaceState(null, "", location.pathname + attempt.page);
  dispatchEvent(new HashChangeEvent("hashchange"));
  if (query.get("state") !== attempt.state || !code) throw new Error(`Signing in failed: ${query.get("error") ?? "try again"}.`);
  const found = await token({
    grant_type: "authorization_code",
    code,
    redirect_uri: base.href,
    code_verifier: attempt.verifier,
  });
  if (!found) throw new Error("Signing in failed: the code was not accepted. Try again.");
  begin(found);
}

let renewing: Promise<boolean> | undefined;

/** Exchange the refresh token for a new access token; false where that is not possible. */
export function renew(): Promise<boolean> {
  renewing ??= exchange().finally(() => (renewing = undefined));
  return renewing;
}

async function exchange(): Promise<boolean> {
  const refresh = session()?.refresh;
  if (!refresh) return false;
  const found = await token({ grant_type: "refresh_token", refresh_token: refresh });
  if (found) begin(found);
  return found !== null;
}

/** The token for a request; nothing where the session is over. */
export async function bearer(): Promise<string | undefined> {
  const now = session();
  if (now && secondsLeft(now) < EARLY_SECONDS && now.refresh) {
    if (!(await renew()) && secondsLeft(now) <= 0) end();
  }
  return session()?.access;
}

/** Forget the session everywhere, at the sign-in page too. */
export async function signOut(): Promise<void> {
  const { authorize_url, client_id } = await places();
  const url = new URL("../logout", new URL(authorize_url, base));
  url.search = new URLSearchParams({ client_id, logout_uri: base.href }).toString();
  forget();
  location.assign(url);
}
