// The pages of the side bar: the first part of an address, its name, and what draws it.

import type { FunctionComponent } from "preact";
import { Api } from "./api.tsx";
import { Data } from "./data.tsx";
import { Factories } from "./factories.tsx";
import { Jobs } from "./jobs.tsx";
import { Overview } from "./overview.tsx";
import { People } from "./people.tsx";
import { Reports } from "./reports.tsx";
import { Sprockets } from "./sprockets.tsx";

export interface PageProps {
  path: string[];
  query: URLSearchParams;
}

export interface Subject {
  name: string;
  title: string;
  page: FunctionComponent<PageProps>;
}

export const OVERVIEW: Subject = { name: "", title: "Overview", page: Overview };

export const SUBJECTS: Subject[] = [
  OVERVIEW,
  { name: "data", title: "Data", page: Data },
  { name: "jobs", title: "Jobs", page: Jobs },
  { name: "reports", title: "Reports", page: Reports },
  { name: "sprockets", title: "Sprockets", page: Sprockets },
  { name: "factories", title: "Factories", page: Factories },
  { name: "people", title: "People", page: People },
  { name: "api", title: "API", page: Api },
];
