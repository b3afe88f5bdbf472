// What pages load: a value and its error, never an old value under a new error.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Problem, freshKey } from "../api/http.ts";
import { mayPass } from "../api/passing.ts";
import { state } from "../api/session.ts";

export interface Loading<T> {
  data: T | undefined;
  error: Error | undefined;
  busy: boolean;
  reload: () => Promise<void>;
  /** The same behind what is on the page: a failure or two that may pass change nothing */
  refresh: () => Promise<void>;
  set: (data: T) => void;
}

const MOST_MISSED = 3;

interface Found<T> {
  key: string;
  data?: T;
  error?: Error;
}

/** Loads when `key` changes and when asked to; a value of another key is not given out. */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loading<T> {
  const [found, setFound] = useState<Found<T>>({ key });
  const [busy, setBusy] = useState(true);
  const running = useRef<AbortController>();
  const latest = useRef(load);
  latest.current = load;
  const failed = useRef(false);
  failed.current = found.error !== undefined;

  const missed = useRef(0);

  const read = useCallback(async (behind: boolean) => {
    running.current?.abort();
    const controller = (running.current = new AbortController());
    setBusy(true);
    try {
      const data = await latest.current(controller.signal);
      missed.current = 0;
      if (!controller.signal.aborted) setFound({ key, data });
    } catch (error) {
      if (controller.signal.aborted) return;
      const pardoned = behind && mayPass(error as Error) && ++missed.current < MOST_MISSED;
      if (!pardoned) setFound({ key, error: error as Error });
    }
    if (running.current === controller) setBusy(false);
  }, [key]);
  const reload = useCallback(() => read(false), [read]);

  useEffect(() => {
    void reload();
    // what failed for want of a session is loaded when somebody has signed in again
    const stop = state.subscribe((now) => {
      if (now === "signed-in" && failed.current) void reload();
    });
    return () => {
      stop();
      running.current?.abort();
    };
  }, [reload]);

  const mine = found.key === key;
  return {
    data: mine ? found.data : undefined,
    error: mine ? found.error : undefined,
    busy: busy || !mine,
    reload,
    refresh: () => read(!failed.current),
    set: (data) => setFound({ key, data }),
  };
}

export interface Action {
  busy: boolean;
  error: Error | undefined;
  run: (action: () => Promise<void>) => Promise<boolean>;
  clear: () => void;
}

/** Something that a button does: busy while it works, its error beside it; false when it failed. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  useEffect(
    () =>
      state.subscribe((now) => {
        // that the session has ended is not true any more
        if (now === "signed-in") setError((last) => (last instanceof Problem && last.status === 401 ? undefined : last));
      }),
    [],
  );
  const run = async (action: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    try {
      await action();
      return true;
    } catch (problem) {
      setError(problem as Error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run, clear: () => setError(undefined) };
}

/** Calls `tick` every so many milliseconds while `wanted`, not in a hidden tab or without a session. */
export function usePolling(wanted: boolean, milliseconds: number, tick: () => void): void {
  const latest = useRef(tick);
  latest.current = tick;
  useEffect(() => {
    if (!wanted) return undefined;
    const look = () => document.hidden || state.value === "ended" || latest.current();
    const timer = setInterval(look, milliseconds);
    // whoever comes back to the tab sees how it is now
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [wanted, milliseconds]);
}

/** An Idempotency-Key for each body: the same as long as the body is, so it may be sent again. */
export function useKey(): (json: unknown) => string {
  const last = useRef({ text: "", key: "" });
  return (json) => {
    const text = JSON.stringify(json);
    if (last.current.text !== text) last.current = { text, key: freshKey() };
    return last.current.key;
  };
}
