// Texts of any length: of a value, and of a name.

const LONG = 120; // characters, more are opened when somebody asks
const BEGINNING = 80;
const LONG_WORD = /\S{19}/; // would make a column wider than the page

/** A value: a long one by its beginning. */
export function Text({ children: text }: { children: string }) {
  if (text.length > LONG) {
    return (
      <details class="breaks">
        <summary>{[...text.slice(0, BEGINNING)].slice(0, -1).join("")}…</summary>
        {text}
      </details>
    );
  }
  return LONG_WORD.test(text) ? <span class="breaks">{text}</span> : <>{text}</>;
}

/** A name in three lines at most; the whole of it under the pointer, and read aloud. */
export function Name({ children: text }: { children: string }) {
  return (
    <span class={LONG_WORD.test(text) ? "clamp breaks" : "clamp"} title={text.length > 40 ? text : undefined} dir="auto">
      {text}
    </span>
  );
}
