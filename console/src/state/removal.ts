// Deleting what somebody has looked at, and not what another person has made of it meanwhile.

import { useEffect, useRef } from "preact/hooks";
import { Problem, call } from "../api/http.ts";

/** Deletes that version; one that was changed since is deleted when somebody asks again. */
export function useRemoval(path: string, etag: string | undefined): () => Promise<void> {
  const expected = useRef(etag);
  useEffect(() => {
    expected.current = etag;
  }, [path, etag]);
  return async () => {
    try {
      await call("DELETE", path, { ifMatch: expected.current });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412) throw error;
      expected.current = (await call("GET", path)).etag;
      throw new Error("Somebody changed it meanwhile. Keep it and reload the page to see the change, or press the button again to delete it all the same.");
    }
  };
}
