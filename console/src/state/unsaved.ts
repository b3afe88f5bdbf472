// Whether something was entered that is not saved yet, or a file is on its way.

import { computed, signal } from "@preact/signals";
import { useLayoutEffect, useState } from "preact/hooks";

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

/** Marks a form as changed: whoever leaves the page, or the dialog that it is in, is asked before. */
export function useUnsaved(changed: boolean): void {
  const [form] = useState(() => ({}));
  useLayoutEffect(() => {
    note(form, changed);
    return () => note(form, false);
  }, [changed]);
}

/** Whether something was entered since the first rendering: in a dialog, for the page below it rests. */
export function useEnteredSince(): () => boolean {
  const [before] = useState(() => new Set(forms));
  return () => [...forms].some((form) => !before.has(form));
}

addEventListener("beforeunload", (event) => {
  if (dirty.value) event.preventDefault();
});
