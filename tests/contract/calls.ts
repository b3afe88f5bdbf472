// Three calls by a client whose types are made of the contract: `node calls.ts http://…`.
import createClient from "openapi-fetch";
import type { paths } from "./made/api.d.ts";

declare const process: { argv: string[] };
const api = createClient<paths>({ baseUrl: process.argv[2] });

const size = { teeth: 12, pitch_diameter: 3.86, outside_diameter: 4.2, pitch: 1 };
const made = await api.POST("/sprockets", { body: size });
if (!made.data) throw new Error(made.error.detail);

const path = { sprocket_id: String(made.data.id) };
const found = await api.GET("/sprockets/{sprocket_id}", { params: { path } });

const query = { factory: [1, 2], limit: 5 };
const points = await api.GET("/production", { params: { query } });

console.log(JSON.stringify([found.data, points.data?.items, points.error?.errors]));
