// Requests to the API, whose base is the folder that this page is in.

const TOKEN = "sprocketworks-token";

export class Problem extends Error {
  constructor(title, detail, errors = []) {
    super(detail ? `${title}: ${detail}` : title);
    this.errors = errors;
  }
}

export function token(value) {
  if (value !== undefined) sessionStorage.setItem(TOKEN, value.trim());
  return sessionStorage.getItem(TOKEN) ?? "";
}

async function read(response) {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

// The answer's JSON. Fails with a Problem, unless `also` lists the status.
export async function call(method, path, { json, body, type, query, also = [] } = {}) {
  const url = new URL(path, document.baseURI);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value) url.searchParams.set(name, value);
  }
  const headers = {};
  if (token()) headers.Authorization = `Bearer ${token()}`;
  if (json !== undefined) [body, type] = [JSON.stringify(json), "application/json"];
  if (type) headers["Content-Type"] = type;
  let response;
  try {
    response = await fetch(url, { method, headers, body });
  } catch {
    throw new Problem("No answer", "the API could not be reached");
  }
  const answer = await read(response);
  if (response.ok || also.includes(response.status)) return answer;
  throw new Problem(
    answer?.title ?? `Status ${response.status}`,
    answer?.detail ?? answer?.message,
    answer?.errors,
  );
}
