// Questions above the page: the browser's own dialog keeps the focus in and gives it back.

import { createContext } from "preact";
import { useContext, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Action } from "../state/load.ts";
import { useEnteredSince } from "../state/unsaved.ts";
import { Button, type Children, Failure } from "./basic.tsx";
import { Field } from "./form.tsx";

interface DialogProps {
  title: string;
  close?: (() => void) | undefined;
  children: Children;
  wide?: boolean;
}

/** Closes the dialog around; what was entered in it is asked about before. */
const Dismiss = createContext<() => void>(() => undefined);

/** When what had the focus before is gone with what was asked about, the page's heading has it. */
function keepFocus(): void {
  setTimeout(() => {
    if (document.activeElement === document.body) document.querySelector<HTMLElement>("main h1")?.focus();
  });
}

/** Open as long as it is rendered; without `close` nobody can dismiss it. */
export function Dialog({ title, close, children, wide }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  const entered = useEnteredSince();
  const [leaving, setLeaving] = useState(false);
  const last = useRef<HTMLElement>();
  const keep = () => {
    setLeaving(false);
    setTimeout(() => last.current?.focus());
  };
  const dismiss = () => {
    if (leaving) keep();
    else if (entered()) setLeaving(true);
    else close?.();
  };
  const latest = useRef(dismiss);
  latest.current = dismiss;
  useLayoutEffect(() => {
    const dialog = element.current;
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing || dialog !== topmost()) return;
      // else the browser closes a dialog by the second Escape, whatever the page does
      event.preventDefault();
      latest.current();
    };
    dialog?.showModal();
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("keydown", escape);
      dialog?.close();
      keepFocus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={wide ? "wide" : ""}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        dismiss();
      }}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget && outside(event, event.currentTarget)) dismiss();
      }}
    >
      <h2 id={id}>{title}</h2>
      <Dismiss.Provider value={dismiss}>
        <div class="content" inert={leaving} onFocusIn={(event) => (last.current = event.target as HTMLElement)}>
          {children}
        </div>
      </Dismiss.Provider>
      {leaving && close && <Discard keep={keep} discard={close} />}
    </dialog>
  );
}

/** A dialog above another one comes after it in the document. */
const topmost = () => [...document.querySelectorAll("dialog[open]")].at(-1);

/** On the backdrop, which counts as the dialog itself. */
function outside({ clientX: x, clientY: y }: PointerEvent, dialog: Element): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return x < left || x > right || y < top || y > bottom;
}

/** Asks in the dialog itself. */
function Discard({ keep, discard }: { keep: () => void; discard: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    box.current?.querySelector("button")?.focus();
    box.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <div ref={box} class="discard" role="alertdialog" aria-labelledby={id}>
      <p id={id}>Discard what you entered?</p>
      <div class="buttons">
        <Button kind="main" onClick={keep}>
          Keep editing
        </Button>
        <Button kind="danger" onClick={discard}>
          Discard
        </Button>
      </div>
    </div>
  );
}

/** The button that closes the dialog around it. */
export function Back({ children = "Back" }: { children?: Children }) {
  return <Button onClick={useContext(Dismiss)}>{children}</Button>;
}

/** As a name is seen: accents as one character or two, blanks as one. */
const plain = (text: string) => text.normalize("NFC").trim().replaceAll(/\s+/g, " ");

interface ConfirmProps {
  title: string;
  children: Children;
  /** The text of the button, a verb */
  verb: string;
  /** To be typed in before the button works */
  typed?: string;
  action: Action;
  run: () => Promise<void>;
  close: () => void;
}

/** Asks before something that can not be undone; Enter in it and Escape do the harmless thing. */
export function Confirm({ title, children, verb, typed, action, run, close }: ConfirmProps) {
  const [text, setText] = useState("");
  const ready = typed === undefined || plain(text) === plain(typed);
  return (
    <Dialog title={title} close={close}>
      {children}
      {typed !== undefined && <Field label={`Type ${typed} to confirm`} value={text} set={setText} autocomplete="off" />}
      <Failure error={action.error} />
      <div class="buttons">
        <Back>Keep</Back>
        <Button kind="danger" busy={action.busy} disabled={!ready} onClick={() => void action.run(run)}>
          {verb}
        </Button>
      </div>
    </Dialog>
  );
}
