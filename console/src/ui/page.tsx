// The head of a page: its title, in the tab too, and where the focus goes when it opens.

import { useEffect, useRef } from "preact/hooks";
import type { Children } from "./basic.tsx";

let first = true;

interface HeadingProps {
  title: string;
  /** The page that this one belongs to */
  up?: { title: string; to: string };
  /** In the tab's title before that of the page, where one page has several subjects */
  subject?: string;
  actions?: Children;
}

export function Heading({ title, up, subject, actions }: HeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = [subject, title, up?.title, "Sprocketworks"].filter(Boolean).join(" · ");
  }, [title, subject, up?.title]);
  useEffect(() => {
    // whoever has just opened the console starts at its top
    if (!first) heading.current?.focus();
    first = false;
  }, []);
  return (
    <div class="heading">
      {up && (
        <p class="up">
          <a href={up.to}>← {up.title}</a>
        </p>
      )}
      <div>
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {actions && <div class="actions">{actions}</div>}
      </div>
    </div>
  );
}

/** Pages of one subject. */
export function Tabs({ label, tabs }: { label: string; tabs: { title: string; to: string; here: boolean }[] }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ title, to, here }) => (
        <a href={to} aria-current={here ? "page" : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}
