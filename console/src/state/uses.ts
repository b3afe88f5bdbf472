// Which factories have production that refers to a sprocket: looked for in the points of all of them.

import { get } from "../api/http.ts";
import type { Page, Point } from "../api/types.ts";

export interface Use {
  factory: number;
  points: number;
  /** Unix seconds of the latest of these points */
  last: number;
}

export interface Search {
  looked: number;
  uses: Use[];
  done: boolean;
}

/** Reads the points in order of time until `total` are found; `progress` gets what is found so far. */
export async function findUses(sprocket: number, total: number, signal: AbortSignal, progress: (search: Search) => void): Promise<void> {
  const uses = new Map<number, Use>();
  let looked = 0;
  let found = 0;
  let cursor: string | null = null;
  do {
    const page: Page<Point & { factory_id: number }> = await get("production", { limit: 100, cursor }, signal);
    for (const { factory_id: factory, time, sprocket_types } of page.items) {
      if (!sprocket_types.includes(sprocket)) continue;
      uses.set(factory, { factory, points: (uses.get(factory)?.points ?? 0) + 1, last: time });
      found += 1;
    }
    looked += page.items.length;
    cursor = found < total ? page.next : null;
    progress({ looked, uses: [...uses.values()].sort((a, b) => a.factory - b.factory), done: cursor === null });
  } while (cursor);
}
