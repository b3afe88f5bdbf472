// Signs people in at the user pool: OAuth 2 authorization code with PKCE (RFC 7636).

const ATTEMPT = "sprocketworks-sign-in";

function text(bytes) {
  const letters = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const random = () => text(crypto.getRandomValues(new Uint8Array(32)));
const here = () => new URL(".", document.baseURI).href;

async function places() {
  const answer = await fetch(new URL("static/access.json", document.baseURI));
  if (!answer.ok) throw new Error("nobody signs in here: the API is open, or takes a token only");
  const found = await answer.json();
  for (const name of ["authorize_url", "token_url"]) found[name] = new URL(found[name], here());
  return found;
}

// Leaves the page for the sign-in, which comes back to it with a code.
export async function signIn() {
  const { authorize_url, client_id } = await places();
  const attempt = { verifier: random(), state: random() };
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(attempt.verifier));
  authorize_url.search = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: here(),
    scope: "openid sprocketworks/read sprocketworks/write",
    state: attempt.state,
    code_challenge: text(digest),
    code_challenge_method: "S256",
  });
  location.assign(authorize_url);
}

// The access token, where the page was come back to with a code; else nothing.
export async function signedIn() {
  const query = new URLSearchParams(location.search);
  const attempt = JSON.parse(sessionStorage.getItem(ATTEMPT) ?? "null");
  if (!query.has("code") || !attempt) return undefined;
  sessionStorage.removeItem(ATTEMPT);
  history.replaceState(null, "", location.pathname + location.hash);
  if (query.get("state") !== attempt.state) return undefined;
  const { token_url, client_id } = await places();
  const answer = await fetch(token_url, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id,
      code: query.get("code"),
      redirect_uri: here(),
      code_verifier: attempt.verifier,
    }),
  });
  return answer.ok ? (await answer.json()).access_token : undefined;
}
