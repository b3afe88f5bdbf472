// The console: finds the session, then draws.

import "./style/base.css";
import "./style/frame.css";
import "./style/parts.css";
import "./style/tables.css";
import "./style/charts.css";
import { render } from "preact";
import { restore, state } from "./api/session.ts";
import { finishSignIn, isOpen } from "./api/signin.ts";
import { Frame } from "./pages/frame.tsx";

let failed: string | undefined;
await restore();
try {
  await finishSignIn();
} catch (error) {
  failed = error instanceof TypeError ? "The sign-in service could not be reached. Try again." : (error as Error).message;
}
if (state.value === "signed-out" && (await isOpen())) state.value = "signed-in";
render(<Frame failed={failed} />, document.getElementById("console") as HTMLElement);
