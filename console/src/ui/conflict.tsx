// Somebody changed what is being saved: both versions side by side, and a choice.

import type { Action } from "../state/load.ts";
import { Button, Failure } from "./basic.tsx";
import { Back, Dialog } from "./dialog.tsx";
import { Table } from "./table.tsx";

interface ConflictProps {
  what: string;
  fields: { title: string; mine: string; theirs: string }[];
  action: Action;
  /** To the form, with what was entered */
  back: () => void;
  keepMine: () => Promise<void>;
  takeTheirs: () => void;
}

export function Conflict({ what, fields, action, back, keepMine, takeTheirs }: ConflictProps) {
  return (
    <Dialog title="Somebody changed this meanwhile" close={back} wide>
      <p>Since you opened {what}, it was saved by somebody else. Nothing of yours is saved yet.</p>
      <Table
        caption="Both versions"
        fits
        columns={[
          { name: "field", title: "", cell: ({ title }) => title },
          { name: "mine", title: "Yours", cell: ({ mine, theirs }) => (mine === theirs ? mine : <strong>{mine}</strong>) },
          { name: "theirs", title: "Theirs, stored now", cell: ({ mine, theirs }) => (mine === theirs ? theirs : <strong>{theirs}</strong>) },
        ]}
        rows={fields}
      />
      <Failure error={action.error} />
      <div class="buttons">
        <Button kind="main" busy={action.busy} onClick={() => void action.run(keepMine)}>
          Save yours over it
        </Button>
        <Button onClick={takeTheirs}>Take theirs</Button>
        <Back>Keep editing</Back>
      </div>
    </Dialog>
  );
}
