// What the API's bodies hold, as its OpenAPI document has it.

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type ColumnType = "int" | "str" | "datetime" | "date" | "number" | "ints" | string;

export interface Column {
  name: string;
  type: ColumnType;
  required: boolean;
}

export interface Table {
  name: string;
  columns: Column[];
  rows: number;
}

export type Cell = string | number | number[] | null | undefined;
export type Row = Record<string, Cell>;

export interface RowError {
  line: number;
  column: string | null;
  value: string;
  reason: string;
}

export interface Loaded {
  table: string;
  read: number;
  written: number;
  duplicates: number;
  rejected: number;
  errors: RowError[];
  dry_run?: boolean;
}

export type JobStatus = "awaiting_upload" | "planning" | "running" | "succeeded" | "failed" | "cancelled";

export interface LoadOptions {
  rows?: number | null;
  strict?: boolean;
  dedupe?: boolean;
  dry_run?: boolean;
}

export interface Job {
  id: string;
  table: string;
  status: JobStatus;
  source: string;
  filename: string | null;
  options: LoadOptions;
  bytes: number | null;
  chunks: { total: number | null; done: number };
  rows: { read: number; written: number; duplicates: number; rejected: number };
  progress: number;
  waiting_for: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  error: string | null;
}

export interface NewJob extends Job {
  upload: { parts: { number: number; bytes: number; url: string }[]; complete_url: string };
}

export interface Hires {
  department: string;
  job: string;
  Q1: number;
  Q2: number;
  Q3: number;
  Q4: number;
}

export interface Department {
  id: number;
  department: string;
  hired: number;
}

export interface UserReport {
  user_id: number;
  name: string | null;
  count: number;
  fav_compound: string | null;
}

export interface Production {
  factory_id: number;
  name: string | null;
  actual: number;
  goal: number;
  attainment: number | null;
  points: number;
}

export interface Report<T> {
  as_of: string;
  year: number;
  mean: number;
  from: string;
  to: string;
  average_experiment_count: number;
  results: T[];
  user_reports: T[];
  next?: string | null;
}

export interface SprocketIn {
  teeth: number;
  pitch_diameter: number;
  outside_diameter: number;
  pitch: number;
}

export interface Sprocket extends SprocketIn {
  id: number;
}

export interface Chart {
  sprocket_production_actual: number[];
  sprocket_production_goal: number[];
  time: number[];
}

export interface Factory {
  id: number;
  name: string | null;
  chart_data: Chart;
  chart_data_thinned?: boolean;
}

export interface PointIn {
  time: number;
  actual: number;
  goal: number;
  sprocket_types: number[];
}

export interface Point extends PointIn {
  id: number;
}

export interface Upcoming {
  username: string;
  next_birthday: string;
  in_days: number;
  turns: number;
}

/** What the overview has of a job */
export interface LatestJob {
  id: string;
  table: string;
  filename: string | null;
  status: JobStatus;
  progress: number;
  created_at: string;
}

export interface OverviewData {
  as_of: string;
  tables: { name: string; rows: number }[];
  jobs: { of: number; active: number; failed: number; latest: LatestJob[] };
  factories: Factory[];
  birthdays: Upcoming[];
}

export interface Health {
  status: "ok" | "unavailable";
  checks: Record<string, "ok" | "unavailable">;
}
