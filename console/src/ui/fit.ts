// Whether the columns of a table have room beside each other: if not, each row becomes a list of its
// cells (tables.css). Only the browser knows how wide figures and names are, at any zoom.

import { type RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const phone = matchMedia("(max-width: 44rem)");

/** For the box around a table; one that does not `fit` a phone is never tried there. */
export function useFit(fits: boolean): RefObject<HTMLDivElement> {
  const box = useRef<HTMLDivElement>(null);
  // after each rendering, for its rows may be others
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    let width = -1;
    const look = () => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      element.classList.remove("cards");
      element.classList.toggle("cards", (phone.matches && !fits) || element.scrollWidth > width);
    };
    look();
    // in a frame of its own: what it changes is another change of size
    const resized = new ResizeObserver(() => requestAnimationFrame(look));
    resized.observe(element);
    return () => resized.disconnect();
  });
  return box;
}
