// Whether something was entered that is not saved yet.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const forms = new Set<object>();
export const dirty = signal(false);

/** Marks a form as changed; the browser asks before such a page is left. */
export function useUnsaved(changed: boolean): void {
  useEffect(() => {
    if (!changed) return undefined;
    const form = {};
    forms.add(form);
    dirty.value = true;
    return () => {
      forms.delete(form);
      dirty.value = forms.size > 0;
    };
  }, [changed]);
}

addEventListener("beforeunload", (event) => {
  if (dirty.value) event.preventDefault();
});
