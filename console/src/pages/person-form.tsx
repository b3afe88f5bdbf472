// A person to add, or a birthday to change. Adding never overwrites somebody who is known.

import { useRef, useState } from "preact/hooks";
import { Problem, call } from "../api/http.ts";
import { useAction } from "../state/load.ts";
import { useUnsaved } from "../state/unsaved.ts";
import { Button, Failure } from "../ui/basic.tsx";
import { Back, Dialog } from "../ui/dialog.tsx";
import { Field, faultOf } from "../ui/form.tsx";
import { pathOf } from "./people.tsx";

interface BirthdayFormProps {
  /** Who is changed; a new person if left out */
  name?: string;
  etag?: string | undefined;
  done: (sentence: string) => void;
  close: () => void;
}

// as the API takes them
const BESIDE = ["username", "dateOfBirth", "timeZone"];

export function BirthdayForm({ name, etag, done, close }: BirthdayFormProps) {
  const [entered, setEntered] = useState("");
  const [born, setBorn] = useState("");
  const [zone, setZone] = useState("");
  const [version, setVersion] = useState(etag);
  const [stale, setStale] = useState(false);
  const [read, setRead] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const action = useAction();
  useUnsaved(entered !== "" || born !== "" || zone !== "");
  const save = async () => {
    const username = name ?? entered.trim();
    const json = { dateOfBirth: born, ...(zone.trim() ? { timeZone: zone.trim() } : {}) };
    try {
      await call("PUT", pathOf(username), { json, ifMatch: version, ifNew: name === undefined });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412) throw error;
      if (name === undefined) throw new Error(`${username} is known already. Find the name on this page to change the birthday.`);
      setStale(true);
      return;
    }
    done(`${username} is saved`);
  };
  return (
    <Dialog title={name ? `Change the birthday of ${name}` : "Add a person"} close={close}>
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!action.busy && !stale) void action.run(save);
        }}
      >
        {name === undefined && <Field label="Name" required maxLength={64} value={entered} set={setEntered} autocomplete="off" hint="Letters only, of any script" fault={faultOf(action.error, "username")} />}
        <Field
          label="Date of birth"
          type="date"
          required
          value={born}
          set={setBorn}
          {...(name ? { hint: "Replaces the stored date, which is never displayed" } : {})}
          fault={faultOf(action.error, "dateOfBirth")}
        />
        <Field
          label="Time zone"
          value={zone}
          set={setZone}
          placeholder="UTC"
          autocomplete="off"
          hint={name ? "Such as Europe/Vienna. Replaces the stored zone: left empty, the birthday begins in UTC from now on" : "In which the birthday begins, such as Europe/Vienna; UTC if left empty"}
          fault={faultOf(action.error, "timeZone")}
        />
        <Failure error={action.error} beside={BESIDE} />
        {name && stale && (
          <Stale
            name={name}
            read={(found) => {
              setVersion(found);
              setStale(false);
              setRead(true);
              setTimeout(() => form.current?.querySelector<HTMLElement>("[type=submit]")?.focus());
            }}
          />
        )}
        <p class={read && !stale ? "notice" : "hidden"} role="status">
          {read && !stale && `${name} is read again. Save replaces what is stored now.`}
        </p>
        <div class="buttons">
          <Button type="submit" kind="main" busy={action.busy} disabled={stale}>
            Save
          </Button>
          <Back />
        </div>
      </form>
    </Dialog>
  );
}

/** Somebody saved or deleted the person meanwhile; what was entered stays. */
function Stale({ name, read }: { name: string; read: (etag: string | undefined) => void }) {
  const action = useAction();
  const again = async () => {
    try {
      read((await call("GET", pathOf(name))).etag);
    } catch (error) {
      if (error instanceof Problem && error.status === 404) throw new Error(`${name} was deleted. Go back, and add the person again.`);
      throw error;
    }
  };
  return (
    <div class="failure" role="alert">
      <p>Somebody changed or deleted {name} meanwhile. Nothing is saved yet; what you entered stays here.</p>
      <Button busy={action.busy} onClick={() => void action.run(again)}>
        Read {name} again
      </Button>
      <Failure error={action.error} />
    </div>
  );
}
