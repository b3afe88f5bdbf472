// What is drawn otherwise on paper than the style sheet can say.

import { signal } from "@preact/signals";

export const print = matchMedia("print");
/** Nobody turns to the next page of a list on paper: all of its rows are drawn */
export const printing = signal(print.matches);
print.addEventListener("change", () => (printing.value = print.matches));
