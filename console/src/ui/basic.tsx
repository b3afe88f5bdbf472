// The small parts that every page is made of.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { Problem, sentence } from "../api/http.ts";
import { mayPass } from "../api/passing.ts";

export type Children = ComponentChildren;

interface ButtonProps extends Omit<JSX.HTMLAttributes<HTMLButtonElement>, "loading"> {
  busy?: boolean;
  kind?: "main" | "plain" | "danger" | "link";
  type?: "button" | "submit";
  disabled?: boolean | undefined;
  children: Children;
}

/** A button that can be busy: it keeps the focus, and does nothing meanwhile. */
export function Button({ busy, kind = "plain", type = "button", disabled, class: more = "", onClick, children, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      class={`button ${kind} ${more as string}`}
      disabled={disabled}
      aria-disabled={busy ? "true" : rest["aria-disabled"]}
      aria-busy={busy ? "true" : undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy && <span class="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}

export function Link({ to, children, ...rest }: { to: string; children: Children; class?: string; "aria-current"?: "page" | undefined }) {
  return (
    <a href={to} {...rest}>
      {children}
    </a>
  );
}

/** What went wrong, in a sentence, beside its cause; faults of fields that are beside them are left out. */
export function Failure({ error, beside = [], retry }: { error: Error | undefined; beside?: string[]; retry?: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.closest("form")?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [error]);
  if (!error) return null;
  const faults = error instanceof Problem ? error.faults : [];
  const other = faults.filter(({ loc, msg }) => !beside.some((name) => loc.includes(name)) && sentence(msg) !== error.message);
  return (
    <div ref={box} class="failure" role="alert">
      <p>{faults.some(({ loc }) => beside.some((name) => loc.includes(name))) ? "Nothing is saved yet: a field needs correction." : error.message}</p>
      {other.length > 0 && (
        <ul>
          {other.slice(0, 10).map(({ loc, msg }) => (
            <li>
              {[loc.filter((part) => part !== "body" && part !== "query").join(" › "), msg].filter(Boolean).join(": ")}
            </li>
          ))}
          {other.length > 10 && <li>and {other.length - 10} more</li>}
        </ul>
      )}
      {retry && mayPass(error) && <Button onClick={retry}>Try again</Button>}
    </div>
  );
}

/** In place of what is still loading. */
export function Skeleton({ lines = 5, rows }: { lines?: number; rows?: boolean }) {
  return (
    <div class={rows ? "skeleton rows" : "skeleton"} role="status">
      <span class="hidden">Loading…</span>
      {Array.from({ length: lines }, () => (
        <span class="bone" aria-hidden="true" />
      ))}
    </div>
  );
}

/** In place of a page that is one thing, such as a sprocket. */
export function SkeletonCard({ lines = 8 }: { lines?: number }) {
  return (
    <Card>
      <Skeleton lines={lines} />
    </Card>
  );
}

export function Empty({ title, children }: { title: string; children?: Children }) {
  return (
    <div class="empty">
      <p class="title">{title}</p>
      {children}
    </div>
  );
}

/** A part of a page with a heading, and actions beside it. */
export function Card({ title, actions, children, tall }: { title?: string; actions?: Children; children: Children; tall?: boolean }) {
  const id = useId();
  const section = useRef<HTMLElement>(null);
  // what had the focus may go with this rendering, such as the button of a row that is deleted
  const held = section.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (held && document.activeElement === document.body) section.current?.focus();
  });
  return (
    <section ref={section} tabIndex={-1} class={tall ? "card tall" : "card"} aria-labelledby={title ? id : undefined}>
      {title && (
        <header>
          <h2 id={id}>{title}</h2>
          {actions && <div class="actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

export function Badge({ kind, children }: { kind: "good" | "bad" | "busy" | "quiet"; children: Children }) {
  return <span class={`badge ${kind}`}>{children}</span>;
}

export function Progress({ value, label }: { value: number; label: string }) {
  return (
    <span class="progress">
      <progress max={1} value={value} aria-label={label} />
      <span aria-hidden="true">{Math.floor(value * 100)} %</span>
    </span>
  );
}
