// The sprockets: the list, a new one, and one to change or delete.

import { useState } from "preact/hooks";
import { Problem, call } from "../api/http.ts";
import type { Sprocket } from "../api/types.ts";
import { useAction, useKey, useLoad } from "../state/load.ts";
import { usePages } from "../state/paging.ts";
import { useRemoval } from "../state/removal.ts";
import { href, useGo } from "../state/router.ts";
import { useUnsaved } from "../state/unsaved.ts";
import { announce } from "../ui/announce.tsx";
import { Button, Card, Empty, Failure, Link, SkeletonCard } from "../ui/basic.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Heading } from "../ui/page.tsx";
import { ListTable, type TableColumn } from "../ui/table.tsx";
import { Conflict } from "../ui/conflict.tsx";
import type { PageProps } from "./pages.ts";
import { EMPTY, FIELDS, SprocketFields, type Texts, bodyOf, textsOf } from "./sprocket-form.tsx";
import { SprocketUses } from "./sprocket-uses.tsx";

const UP = { title: "Sprockets", to: href(["sprockets"]) };

export function Sprockets({ path: [id] }: PageProps) {
  if (id === "new") return <NewSprocket />;
  return id ? <OneSprocket id={id} key={id} /> : <AllSprockets />;
}

const COLUMNS: TableColumn<Sprocket>[] = [
  { name: "id", title: "Sprocket", cell: ({ id }) => <Link to={href(["sprockets", id])}>{`Sprocket\u00a0${id}`}</Link> },
  ...FIELDS.map(({ name, title }) => ({ name, title, number: true, cell: (row: Sprocket) => String(row[name]) })),
];

function AllSprockets() {
  const pages = usePages<Sprocket>("sprockets");
  const add = (
    <Link class="button main" to={href(["sprockets", "new"])}>
      New sprocket
    </Link>
  );
  return (
    <>
      <Heading title="Sprockets" actions={add} />
      <Card>
        <ListTable pages={pages} caption="Sprockets" fits columns={COLUMNS} keyOf={({ id }) => id} empty={<Empty title="No sprockets yet">{add}</Empty>} />
      </Card>
    </>
  );
}

function NewSprocket() {
  const [texts, setTexts] = useState<Texts>(EMPTY);
  const keyOf = useKey();
  const action = useAction();
  const go = useGo();
  useUnsaved(texts !== EMPTY);
  const create = async () => {
    const json = bodyOf(texts);
    const { data } = await call<Sprocket>("POST", "sprockets", { json, key: keyOf(json) });
    setTexts(EMPTY);
    announce(`Sprocket ${data.id} is created`);
    go(["sprockets", data.id]);
  };
  return (
    <>
      <Heading title="New sprocket" up={UP} />
      <Card>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!action.busy) void action.run(create);
          }}
        >
          <SprocketFields texts={texts} set={setTexts} error={action.error} />
          <Failure error={action.error} beside={FIELDS.map(({ name }) => name)} />
          <div class="buttons">
            <Button type="submit" kind="main" busy={action.busy}>
              Create sprocket
            </Button>
            <Link class="button" to={UP.to}>
              Back
            </Link>
          </div>
        </form>
      </Card>
    </>
  );
}

interface Version {
  data: Sprocket;
  etag: string | undefined;
}

function OneSprocket({ id }: { id: string }) {
  const path = `sprockets/${encodeURIComponent(id)}`;
  const loading = useLoad<Version>(path, (signal) => call<Sprocket>("GET", path, { signal }));
  if (loading.data) return <Edit path={path} version={loading.data} set={loading.set} />;
  return (
    <>
      <Heading title={`Sprocket ${id}`} up={UP} />
      {loading.error ? <Failure error={loading.error} retry={() => void loading.reload()} /> : <SkeletonCard />}
    </>
  );
}

function Edit({ path, version, set }: { path: string; version: Version; set: (version: Version) => void }) {
  const { data, etag } = version;
  const stored = textsOf(data);
  const [texts, setTexts] = useState(stored);
  const [theirs, setTheirs] = useState<Version>();
  const [deleting, setDeleting] = useState(false);
  const saving = useAction();
  const removing = useAction();
  const changed = FIELDS.some(({ name }) => texts[name] !== stored[name]);
  useUnsaved(changed);

  const save = async (expected: string | undefined) => {
    try {
      const saved = await call<Sprocket>("PUT", path, { json: bodyOf(texts), ifMatch: expected });
      setTheirs(undefined);
      set(saved);
      setTexts(textsOf(saved.data));
      announce(`Sprocket ${data.id} is saved`);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412) throw error;
      setTheirs(await call<Sprocket>("GET", path));
    }
  };
  const deleteIt = useRemoval(path, etag);
  const go = useGo();
  const remove = async () => {
    await deleteIt();
    announce(`Sprocket ${data.id} is deleted`);
    go(["sprockets"]);
  };
  const takeTheirs = () => {
    if (!theirs) return;
    set(theirs);
    setTexts(textsOf(theirs.data));
    setTheirs(undefined);
  };
  return (
    <>
      <Heading
        title={`Sprocket ${data.id}`}
        up={UP}
        actions={
          <Button kind="danger" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        }
      />
      <div class="stack">
        <Card>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (!saving.busy) void saving.run(() => save(etag));
            }}
          >
            <SprocketFields texts={texts} set={setTexts} error={saving.error} />
            <Failure error={saving.error} beside={FIELDS.map(({ name }) => name)} />
            <div class="buttons">
              <Button type="submit" kind="main" busy={saving.busy} disabled={!changed}>
                Save
              </Button>
              <Button disabled={!changed} onClick={() => setTexts(stored)}>
                Undo changes
              </Button>
            </div>
          </form>
        </Card>
        <SprocketUses id={data.id} />
      </div>
      {theirs && (
        <Conflict
          what={`sprocket ${data.id}`}
          fields={FIELDS.map(({ name, title }) => ({ title, mine: texts[name], theirs: textsOf(theirs.data)[name] }))}
          action={saving}
          back={() => setTheirs(undefined)}
          keepMine={() => save(theirs.etag)}
          takeTheirs={takeTheirs}
        />
      )}
      {deleting && (
        <Confirm title={`Delete sprocket ${data.id}?`} verb="Delete" action={removing} run={remove} close={() => setDeleting(false)}>
          <p>This can not be undone. A sprocket that production refers to can not be deleted.</p>
        </Confirm>
      )}
    </>
  );
}
