// What is around every page: the side bar, who is signed in, and the card of who is not.

import { useEffect, useErrorBoundary, useRef, useState } from "preact/hooks";
import { person, state } from "../api/session.ts";
import { signIn, signOut } from "../api/signin.ts";
import { useAction } from "../state/load.ts";
import { href, leave, leaving, place, stay } from "../state/router.ts";
import { dirty } from "../state/unsaved.ts";
import { Announcements } from "../ui/announce.tsx";
import { Button, type Children, Empty, Failure } from "../ui/basic.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Heading } from "../ui/page.tsx";
import { InterruptedUploads } from "./interrupted.tsx";
import { SUBJECTS } from "./pages.ts";

function Logo() {
  return (
    <span class="logo">
      <svg viewBox="-16 -16 32 32" width="28" height="28" aria-hidden="true">
        <circle r="7.2" />
        <path d="M0-15V15M-15 0H15M-10.6-10.6 10.6 10.6M-10.6 10.6 10.6-10.6" />
        <circle class="hole" r="4" />
      </svg>
      Sprocketworks
    </span>
  );
}

function SignedOut({ failed }: { failed: string | undefined }) {
  const action = useAction();
  useEffect(() => {
    document.title = "Sign in · Sprocketworks";
  }, []);
  return (
    <main class="signed-out">
      <div class="card">
        <Logo />
        <h1>The back office</h1>
        <p>Data, jobs, reports, sprockets, factories and birthdays in one place.</p>
        <Button kind="main" busy={action.busy} onClick={() => void action.run(signIn)}>
          Sign in
        </Button>
        <Failure error={action.error ?? (failed ? new Error(failed) : undefined)} />
      </div>
    </main>
  );
}

function SessionEnded() {
  const action = useAction();
  const again = dirty.value
    ? async () => {
        window.open(location.href, "_blank");
      }
    : signIn;
  return (
    <Dialog title="Your session has ended">
      <p>
        {dirty.value
          ? "What you have entered here is kept. Sign in in a new tab, then come back to this one."
          : "Sign in again to go on where you are."}
      </p>
      <Failure error={action.error} />
      <div class="buttons">
        <Button kind="main" busy={action.busy} onClick={() => void action.run(again)}>
          {dirty.value ? "Sign in in a new tab" : "Sign in again"}
        </Button>
      </div>
    </Dialog>
  );
}

function Leaving() {
  return (
    <Dialog title="Leave without saving?" close={stay}>
      <p>What you have entered on this page is not saved.</p>
      <div class="buttons">
        <Button kind="main" onClick={stay}>
          Stay
        </Button>
        <Button kind="danger" onClick={leave}>
          Leave
        </Button>
      </div>
    </Dialog>
  );
}

function SideBar({ here }: { here: string }) {
  const [open, setOpen] = useState(false);
  const action = useAction();
  const opener = useRef<HTMLElement>(null);
  useEffect(() => setOpen(false), [place.value]);
  const close = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    setOpen(false);
    opener.current?.querySelector("button")?.focus();
  };
  return (
    <header class="side" ref={opener} onKeyDown={close}>
      <div>
        <div class="brand">
          <Logo />
          <Button class="menu" aria-expanded={open} aria-controls="menu" onClick={() => setOpen(!open)}>
            Menu
          </Button>
        </div>
        <div id="menu" class={open ? "open" : ""}>
          <nav aria-label="Subjects">
            {SUBJECTS.map(({ name, title }) => (
              <a href={href([name].filter(Boolean))} aria-current={name === here ? "page" : undefined}>
                {title}
              </a>
            ))}
          </nav>
          {person.value && (
            <div class="person">
              <span title="Signed in as">{person.value}</span>
              <Button kind="link" busy={action.busy} onClick={() => void action.run(signOut)}>
                Sign out
              </Button>
            </div>
          )}
        </div>
      </div>
    </header>
  );
}

function NotFound() {
  return (
    <>
      <Heading title="No such page" />
      <Empty title="There is nothing at this address.">
        <a href="#/">To the overview</a>
      </Empty>
    </>
  );
}

/** A page with a fault: the others still work. */
function Guarded({ children }: { children: Children }) {
  const [error, retry] = useErrorBoundary((fault) => console.error(fault));
  const address = useRef(place.value);
  if (error && address.current !== place.value) retry();
  address.current = place.value;
  if (!error) return <>{children}</>;
  return (
    <>
      <Heading title="This page has a fault" />
      <Failure error={new Error("It can not be drawn. Reload it, or choose another page.")} />
    </>
  );
}

export function Frame({ failed }: { failed: string | undefined }) {
  if (state.value === "signed-out") return <SignedOut failed={failed} />;
  const [here = "", ...path] = place.value.path;
  const Page = SUBJECTS.find(({ name }) => name === here)?.page;
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <SideBar here={here} />
      <main id="main" tabIndex={-1}>
        <InterruptedUploads />
        <Guarded>{Page ? <Page key={here} path={path} query={place.value.query} /> : <NotFound />}</Guarded>
      </main>
      <Announcements />
      {leaving.value && <Leaving />}
      {state.value === "ended" && <SessionEnded />}
    </div>
  );
}

function skip(event: Event) {
  // the fragment of the address is the page's
  event.preventDefault();
  document.getElementById("main")?.focus();
}
