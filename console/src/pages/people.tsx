// People and their birthdays: the list by day, one to find, add, change or delete.

import { useState } from "preact/hooks";
import { Problem, call } from "../api/http.ts";
import type { Upcoming } from "../api/types.ts";
import { useAction, useLoad } from "../state/load.ts";
import { usePages } from "../state/paging.ts";
import { useRemoval } from "../state/removal.ts";
import { href, setQuery, useText } from "../state/router.ts";
import { announce } from "../ui/announce.tsx";
import { Button, Card, Empty, Failure, Link, Skeleton } from "../ui/basic.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { Field, Select } from "../ui/form.tsx";
import { date, plural } from "../ui/format.ts";
import { Heading } from "../ui/page.tsx";
import { ListTable, type TableColumn } from "../ui/table.tsx";
import { Name } from "../ui/text.tsx";
import type { PageProps } from "./pages.ts";
import { BirthdayForm } from "./person-form.tsx";

const SPANS: [string, string][] = [
  ["7", "The next 7 days"],
  ["30", "The next 30 days"],
  ["366", "The whole year"],
];

export const pathOf = (name: string) => `hello/${encodeURIComponent(name)}`;
const inDays = (days: number) => (days ? `in\u00a0${plural(days, "day").replace(" ", "\u00a0")}` : "today");

const COLUMNS: TableColumn<Upcoming>[] = [
  { name: "day", title: "Day", cell: ({ next_birthday, in_days }) => `${date(next_birthday)}, ${inDays(in_days)}` },
  { name: "name", title: "Name", cell: ({ username }) => <Link to={href(["people"], { name: username })}><Name>{username}</Name></Link> },
  { name: "turns", title: "Turns", number: true, cell: ({ turns }) => turns },
];

export function People({ query }: PageProps) {
  const within = query.get("within") ?? "366";
  const name = query.get("name");
  const pages = usePages<Upcoming>("birthdays", { within });
  const [adding, setAdding] = useState(false);
  const [text, setText] = useText(name ?? "");
  const done = (sentence: string) => {
    setAdding(false);
    announce(sentence);
    pages.restart();
  };
  return (
    <>
      <Heading
        title="People"
        actions={
          <Button kind="main" onClick={() => setAdding(true)}>
            Add a person
          </Button>
        }
      />
      <div class="stack">
        <Card>
          <form
            class="row"
            role="search"
            onSubmit={(event) => {
              event.preventDefault();
              setQuery({ name: text.trim() });
            }}
          >
            <Field label="Find by name" value={text} set={setText} maxLength={64} autocomplete="off" />
            <Button type="submit">Find</Button>
          </form>
          {name && <Person name={name} done={done} key={name} />}
        </Card>
        <Card title="Birthdays">
          <div class="row">
            <Select label="Span" value={within} set={(value) => setQuery({ within: value })} options={SPANS} />
          </div>
          <ListTable
            pages={pages}
            caption="Birthdays, the soonest first"
            fits
            columns={COLUMNS}
            keyOf={({ username }) => username}
            empty={
              <Empty title={within === "366" ? "Nobody is known yet." : "No birthday in these days."}>
                <Button onClick={() => setAdding(true)}>Add a person</Button>
              </Empty>
            }
          />
        </Card>
      </div>
      {adding && <BirthdayForm done={done} close={() => setAdding(false)} />}
    </>
  );
}

interface Found {
  message: string;
  etag: string | undefined;
}

function Person({ name, done }: { name: string; done: (sentence: string) => void }) {
  const person = useLoad<Found>(name, async (signal) => {
    const { data, etag } = await call<{ message: string }>("GET", pathOf(name), { signal });
    return { message: data.message, etag };
  });
  const [asked, setAsked] = useState<"change" | "delete">();
  const removing = useAction();
  const deletePerson = useRemoval(pathOf(name), person.data?.etag);
  const close = () => setAsked(undefined);
  if (person.error instanceof Problem && person.error.status === 404) {
    return <Empty title={`No person named “${name}” was found.`} />;
  }
  if (person.error) return <Failure error={person.error} retry={() => void person.reload()} />;
  if (!person.data) return <Skeleton lines={2} />;
  const { message, etag } = person.data;
  return (
    <>
      <p role="status">{message}</p>
      <div class="buttons">
        <Button onClick={() => setAsked("change")}>Change the birthday</Button>
        <Button kind="danger" onClick={() => setAsked("delete")}>
          Delete
        </Button>
      </div>
      {asked === "change" && (
        <BirthdayForm
          name={name}
          etag={etag}
          close={close}
          done={(sentence) => {
            close();
            void person.reload();
            done(sentence);
          }}
        />
      )}
      {asked === "delete" && (
        <Confirm
          title={`Delete ${name}?`}
          verb="Delete"
          action={removing}
          close={close}
          run={async () => {
            await deletePerson();
            setQuery({ name: null });
            done(`${name} is deleted`);
          }}
        >
          <p>The birthday is forgotten. This can not be undone.</p>
        </Confirm>
      )}
    </>
  );
}
