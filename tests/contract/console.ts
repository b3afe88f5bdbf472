// What the console takes the API's bodies for, held against the contract by the compiler alone.
import type * as Console from "../../console/src/api/types.ts";
import type { components } from "./made/api.d.ts";

type Api = components["schemas"];

type Fits<Expected, _Body extends Expected> = Expected;

export type Responses = [
  Fits<Console.Table, Api["TableInfo"]>,
  Fits<Console.Loaded, Api["Loaded"]>,
  Fits<Console.Job, Api["Ingestion"]>,
  Fits<Console.LatestJob, Api["LatestJob"]>,
  Fits<Console.Hires, Api["QuarterRow"]>,
  Fits<Console.Department, Api["DepartmentRow"]>,
  Fits<Console.UserReport, Api["UserReport"]>,
  Fits<Console.Production, Api["ProductionRow"]>,
  Fits<Console.Sprocket, Api["Sprocket"]>,
  Fits<Console.Factory, Api["Factory"]>,
  Fits<Console.Page<Console.Factory>, Api["FactoryPage"]>,
  Fits<Console.Point, Api["Point"]>,
  Fits<Console.Upcoming, Api["NextBirthday"]>,
  Fits<Console.OverviewData, Api["Overview"]>,
  Fits<Console.Health, Api["Health"]>,
];

export type Requests = [
  Fits<Api["SprocketIn"], Console.SprocketIn>,
  Fits<Api["PointIn"], Console.PointIn>,
  Fits<Partial<Api["IngestionOptions"]>, Console.LoadOptions>,
];
