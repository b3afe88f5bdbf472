import { Problem, get } from "../api/http.ts";
import type { Health } from "../api/types.ts";

const AGAIN_MS = 1500;

async function ask(): Promise<Health> {
  try {
    return await get<Health>("health");
  } catch (error) {
    if (error instanceof Problem && error.status === 503 && (error.body as Health | null)?.checks) return error.body as Health;
    throw error;
  }
}

/** The state of the stores; one that was too slow once is asked again before it counts as gone. */
export async function healthOf(): Promise<Health> {
  const first = await ask();
  if (first.status === "ok") return first;
  await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  return ask();
}
