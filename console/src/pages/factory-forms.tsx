// A factory's name, and its end.

import { useState } from "preact/hooks";
import { Problem, call } from "../api/http.ts";
import type { Factory } from "../api/types.ts";
import { factoryName } from "../state/factories.ts";
import { useAction } from "../state/load.ts";
import { useGo } from "../state/router.ts";
import { useUnsaved } from "../state/unsaved.ts";
import { announce } from "../ui/announce.tsx";
import { Button, Failure } from "../ui/basic.tsx";
import { Conflict } from "../ui/conflict.tsx";
import { Back, Confirm, Dialog } from "../ui/dialog.tsx";
import { Field, faultOf } from "../ui/form.tsx";

export interface Version {
  data: Factory;
  etag: string | undefined;
}

export function Rename({ path, version, done, close }: { path: string; version: Version; done: () => void; close: () => void }) {
  const [name, setName] = useState(version.data.name ?? "");
  const [theirs, setTheirs] = useState<Version>();
  const action = useAction();
  useUnsaved(name !== (version.data.name ?? ""));
  const save = async (etag: string | undefined) => {
    try {
      await call<Factory>("PUT", path, { json: { name: name.trim() || null }, ifMatch: etag });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412) throw error;
      const found = await call<Factory>("GET", path);
      // what changed may have been the production alone
      if (found.data.name !== version.data.name) {
        setTheirs(found);
        return;
      }
      await call<Factory>("PUT", path, { json: { name: name.trim() || null }, ifMatch: found.etag });
    }
    announce("The factory is renamed");
    close();
    done();
  };
  return (
    <Dialog title={`Rename ${factoryName(version.data)}`} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!action.busy) void action.run(() => save(version.etag));
        }}
      >
        <Field label="Name" value={name} set={setName} maxLength={200} autocomplete="off" fault={faultOf(action.error, "name")} />
        <Failure error={action.error} beside={["name"]} />
        <div class="buttons">
          <Button type="submit" kind="main" busy={action.busy}>
            Save
          </Button>
          <Back />
        </div>
      </form>
      {theirs && (
        <Conflict
          what="this factory"
          fields={[{ title: "Name", mine: name, theirs: theirs.data.name ?? "" }]}
          action={action}
          back={() => setTheirs(undefined)}
          keepMine={() => save(theirs.etag)}
          takeTheirs={() => {
            close();
            done();
          }}
        />
      )}
    </Dialog>
  );
}

export function Delete({ path, version, close }: { path: string; version: Version; close: () => void }) {
  const action = useAction();
  const go = useGo();
  const name = factoryName(version.data);
  const remove = async () => {
    await call("DELETE", path);
    announce(`${name} is deleted`);
    go(["factories"]);
  };
  return (
    <Confirm title={`Delete ${name}?`} verb="Delete for ever" typed={name} action={action} run={remove} close={close}>
      <p>All its production is deleted with it. This can not be undone.</p>
    </Confirm>
  );
}
