// Loading files: dropped or chosen, checked, then loaded.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Table } from "../api/types.ts";
import { type Loading } from "../state/load.ts";
import { href } from "../state/router.ts";
import { addFiles, uploads } from "../state/files.ts";
import { Button, Card, Failure } from "../ui/basic.tsx";
import { plural } from "../ui/format.ts";
import { Heading } from "../ui/page.tsx";
import { UploadCard } from "./upload-card.tsx";

export function Load({ tables, preferred }: { tables: Loading<Table[]>; preferred: string }) {
  const ready = uploads.value.filter(({ phase }) => phase.value === "checked");
  return (
    <>
      <Heading title="Load files" up={{ title: "Data", to: href(["data"]) }} />
      <div class="stack">
        <Failure error={tables.error} retry={() => void tables.reload()} />
        <Card>
          <DropZone add={(files) => void addFiles(files, tables.data ?? [], preferred)} disabled={!tables.data} />
        </Card>
        {ready.length > 1 && (
          <p>
            <Button kind="main" onClick={() => ready.forEach((upload) => void upload.load())}>
              Load all {plural(ready.length, "file")}
            </Button>
          </p>
        )}
        {uploads.value.map((upload) => (
          <UploadCard upload={upload} tables={tables.data ?? []} key={upload.id} />
        ))}
      </div>
    </>
  );
}

function DropZone({ add, disabled }: { add: (files: File[]) => void; disabled: boolean }) {
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (list: FileList | null | undefined) => {
    if (list?.length) add([...list]);
    if (input.current) input.current.value = "";
  };
  const latest = useRef(take);
  latest.current = disabled ? () => undefined : take;
  useEffect(() => {
    // anywhere on the page: beside the box the browser would leave the console for the file
    const drag = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(event.type === "dragover");
      if (event.type === "drop") latest.current(event.dataTransfer.files);
    };
    const kinds = ["dragover", "dragleave", "drop"] as const;
    for (const kind of kinds) addEventListener(kind, drag);
    return () => {
      for (const kind of kinds) removeEventListener(kind, drag);
    };
  }, []);
  return (
    <div class={over ? "drop over" : "drop"}>
      <label for="files">
        <strong>Drop CSV files here, or choose them</strong>
      </label>
      <input id="files" ref={input} type="file" accept=".csv,.tsv,.txt,text/csv" multiple disabled={disabled} onChange={(event) => take(event.currentTarget.files)} />
      <p class="hint">Of any size. Nothing is written before you have seen what would be.</p>
    </div>
  );
}
