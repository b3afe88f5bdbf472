// Announcements for screen readers, which everybody sees for some seconds.

import { signal } from "@preact/signals";

const SECONDS = 6;
const text = signal("");
let timer: ReturnType<typeof setTimeout> | undefined;

/** A sentence on what has just happened. */
export function announce(sentence: string): void {
  text.value = sentence;
  clearTimeout(timer);
  timer = setTimeout(() => (text.value = ""), SECONDS * 1000);
}

export function Announcements() {
  return (
    <div class="announcements" role="status" aria-live="polite">
      {text.value && <p>{text.value}</p>}
    </div>
  );
}
