// The API for programs: its documents, and requests to copy.

import { base } from "../api/base.ts";
import { session } from "../api/session.ts";
import { Card } from "../ui/basic.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { Heading } from "../ui/page.tsx";

const LINES: [title: string, request: string][] = [
  ["Tables and their rows", `"$API/tables"`],
  ["Check a CSV, write nothing", `-H 'Content-Type: text/csv' --data-binary @jobs.csv "$API/tables/jobs?dry_run=true"`],
  ["Load a CSV", `-H 'Content-Type: text/csv' --data-binary @jobs.csv "$API/tables/jobs"`],
  ["Hires by quarter as CSV", `-H 'Accept: text/csv' "$API/reports/hires-by-quarter?year=2021"`],
  ["A factory's chart as a picture", `-o chart.svg "$API/factories/1/chart"`],
  ["Create a sprocket", `-H 'Content-Type: application/json' -d '{"teeth":12,"pitch_diameter":3.5,"outside_diameter":4.25,"pitch":1.5}' "$API/sprockets"`],
  ["Birthdays of the coming month", `"$API/birthdays?within=30"`],
];

const lineOf = (request: string) => `curl -H "Authorization: Bearer $TOKEN" ${request}`;
const address = base.href.replace(/\/$/, "");

export function Api() {
  return (
    <>
      <Heading title="API" />
      <div class="stack">
        <Card title="Documents">
          <p>Everything on these pages goes through the HTTP API, which is open to programs too.</p>
          <ul class="list pairs">
            <li>
              <a href="docs">Swagger UI</a> <span class="quiet">try requests, with your sign-in</span>
            </li>
            <li>
              <a href="redoc">ReDoc</a> <span class="quiet">read the whole contract</span>
            </li>
            <li>
              <a href="openapi.json">openapi.json</a> <span class="quiet">generate a client</span>
            </li>
            <li>
              <a href="static/licenses.txt">Licenses</a> <span class="quiet">of the libraries that this console contains</span>
            </li>
          </ul>
        </Card>
        <Card title="Requests to copy">
          <p>Set the address and a token first. The token is that of your session; it is good for an hour at most.</p>
          <Line title="Address" text={() => `API='${address}'`} visible={`API='${address}'`} />
          <Line title="Token" text={() => `TOKEN='${session()?.access ?? ""}'`} visible="TOKEN='…'" />
          {LINES.map(([title, request]) => (
            <Line title={title} text={() => lineOf(request)} visible={lineOf(request)} />
          ))}
        </Card>
      </div>
    </>
  );
}

function Line({ title, text, visible }: { title: string; text: () => string; visible: string }) {
  return (
    <div class="stack tight">
      <div class="row between">
        <h3>{title}</h3>
        <CopyButton name="Copy" text={text} />
      </div>
      <pre tabIndex={0}>
        <code>{visible}</code>
      </pre>
    </div>
  );
}
