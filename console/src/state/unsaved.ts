// Whether something was entered that is not saved yet, or a file is on its way.

import { computed, signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

const forms = new Set<object>();
/** Lost with this page of the console */
export const entered = signal(false);
/** Lost with the tab */
export const sending = signal(false);
export const dirty = computed(() => entered.value || sending.value);

function note(form: object, changed: boolean): void {
  if (changed) forms.add(form);
  else forms.delete(form);
  entered.value = forms.size > 0;
}

/** Marks a form as changed: whoever leaves the page is asked before. */
export function useUnsaved(changed: boolean): void {
  useLayoutEffect(() => {
    const form = {};
    note(form, changed);
    return () => note(form, false);
  }, [changed]);
}

addEventListener("beforeunload", (event) => {
  if (dirty.value) event.preventDefault();
});
