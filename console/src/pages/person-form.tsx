// A person to add, or a birthday to change. Adding never overwrites somebody who is known.

import { useState } from "preact/hooks";
import { Problem, call } from "../api/http.ts";
import { useAction } from "../state/load.ts";
import { useUnsaved } from "../state/unsaved.ts";
import { Button, Failure, Field, faultOf } from "../ui/basic.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { isKnown, pathOf } from "./people.tsx";

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
  const action = useAction();
  useUnsaved(entered !== "" || born !== "");
  const save = async () => {
    const username = name ?? entered.trim();
    if (name === undefined && (await isKnown(username))) {
      throw new Error(`${username} is known already. Find the name on this page to change the birthday.`);
    }
    const json = { dateOfBirth: born, ...(zone.trim() ? { timeZone: zone.trim() } : {}) };
    try {
      await call("PUT", pathOf(username), { json, ifMatch: etag });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412) throw error;
      throw new Error(`Somebody changed or deleted ${username} meanwhile. Close this, and find the name again.`);
    }
    done(`${username} is saved`);
  };
  return (
    <Dialog title={name ? `Change the birthday of ${name}` : "Add a person"} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!action.busy) void action.run(save);
        }}
      >
        {name === undefined && <Field label="Name" required maxLength={64} value={entered} set={setEntered} autocomplete="off" hint="Letters only, of any script" fault={faultOf(action.error, "username")} />}
        <Field label="Date of birth" type="date" required value={born} set={setBorn} fault={faultOf(action.error, "dateOfBirth")} />
        <Field label="Time zone" value={zone} set={setZone} placeholder="UTC" autocomplete="off" hint="In which the birthday begins, such as Europe/Vienna; may be empty" fault={faultOf(action.error, "timeZone")} />
        <Failure error={action.error} beside={BESIDE} />
        <div class="buttons">
          <Button type="submit" kind="main" busy={action.busy}>
            Save
          </Button>
          <Button onClick={close}>Back</Button>
        </div>
      </form>
    </Dialog>
  );
}
