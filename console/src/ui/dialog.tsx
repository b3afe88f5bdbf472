// Questions above the page: the browser's own dialog keeps the focus in and gives it back.

import { useLayoutEffect, useId, useRef, useState } from "preact/hooks";
import type { Action } from "../state/load.ts";
import { Button, type Children, Failure, Field } from "./basic.tsx";

interface DialogProps {
  title: string;
  close?: () => void;
  children: Children;
  wide?: boolean;
}

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
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => {
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
        close?.();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

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
  const ready = typed === undefined || text === typed;
  return (
    <Dialog title={title} close={close}>
      {children}
      {typed !== undefined && <Field label={`Type ${typed} to confirm`} value={text} set={setText} autocomplete="off" />}
      <Failure error={action.error} />
      <div class="buttons">
        <Button onClick={close}>Keep</Button>
        <Button kind="danger" busy={action.busy} disabled={!ready} onClick={() => void action.run(run)}>
          {verb}
        </Button>
      </div>
    </Dialog>
  );
}
