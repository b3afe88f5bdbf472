// Lists of the API, one page at a time, however long they are. Back and reload come to the same page.

import { useState } from "preact/hooks";
import { type Query, get } from "../api/http.ts";
import type { Page } from "../api/types.ts";
import { type Loading, useLoad } from "./load.ts";

interface Place {
  listing: string;
  cursors: string[];
}

export interface Turning {
  number: number;
  previous: (() => void) | undefined;
  next: (() => void) | undefined;
}

interface Cursors {
  cursor: string | undefined;
  restart: (() => void) | undefined;
  /** The pages around this one, of which the next has that cursor */
  turning: (following: string | null | undefined) => Turning;
}

/** The cursors of the pages up to the one that is looked at, kept with the entry of the browser's history. */
export function useCursors(listing: string): Cursors {
  const [place, setPlace] = useState(history.state as Place | null);
  const cursors = place?.listing === listing ? place.cursors : [];
  const move = (to: string[]) => {
    const now: Place = { listing, cursors: to };
    history.replaceState(now, "");
    setPlace(now);
  };
  return {
    cursor: cursors.at(-1),
    restart: cursors.length ? () => move([]) : undefined,
    turning: (following) => ({
      number: cursors.length + 1,
      previous: cursors.length ? () => move(cursors.slice(0, -1)) : undefined,
      next: following ? () => move([...cursors, following]) : undefined,
    }),
  };
}

export interface Pages<T> extends Loading<Page<T>>, Turning {
  restart: () => void;
}

export function usePages<T>(path: string, query: Query = {}, limit = 25): Pages<T> {
  const listing = JSON.stringify([path, query, limit]);
  const { cursor, restart, turning } = useCursors(listing);
  const loading = useLoad(`${listing}${cursor ?? ""}`, (signal) => get<Page<T>>(path, { ...query, limit, cursor }, signal));
  return { ...loading, ...turning(loading.data?.next), restart: restart ?? (() => void loading.reload()) };
}
