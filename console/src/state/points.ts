// Points of production as people enter and paste them.

import type { PointIn } from "../api/types.ts";

/** Unix seconds as the value of a datetime-local input, in the zone of this computer; nothing for no time. */
export function localText(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

export const fromLocal = (text: string) => Math.floor(new Date(text).getTime() / 1000);

export const idsOf = (text: string) => text.split(/[\s;,]+/).filter(Boolean).map(Number);

/** A moment as a spreadsheet has it: Unix seconds, or a date with or without a time. */
export function moment(text: string): number {
  if (/^\d{9,11}$/.test(text)) return Number(text);
  const iso = text.trim().replace(/^(\d{4}-\d{2}-\d{2}) /, "$1T");
  return /^\d{4}-\d{2}-\d{2}/.test(iso) ? fromLocal(/T/.test(iso) ? iso : `${iso}T00:00`) : NaN;
}

export interface Pasted {
  points: PointIn[];
  /** The line of each point */
  lines: number[];
  faults: string[];
}

const COUNT = /^\d+$/;

/** Lines of time, actual, goal and, if there are any, ids of sprockets. */
export function parsePasted(text: string): Pasted {
  const points: PointIn[] = [];
  const lines: number[] = [];
  const faults: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (!line.trim()) continue;
    const cells = line.split(line.includes("\t") ? "\t" : /[;,]/).map((cell) => cell.trim());
    const [time = "", actual = "", goal = "", ...sprockets] = cells;
    const seconds = moment(time);
    // the titles of the columns
    if (!index && Number.isNaN(seconds) && !COUNT.test(actual)) continue;
    if (cells.length < 3) {
      faults.push(`line ${index + 1}: needs a time, actual and goal, each in a cell of its own`);
      continue;
    }
    const ids = idsOf(sprockets.join(" "));
    const wrong = [
      Number.isNaN(seconds) && `"${time}" is not a time such as 2026-11-21 14:30`,
      !COUNT.test(actual) && `actual "${actual}" is not a whole number`,
      !COUNT.test(goal) && `goal "${goal}" is not a whole number`,
      ids.some(Number.isNaN) && `"${sprockets.join(" ")}" are not ids of sprockets`,
    ].filter((fault) => fault !== false);
    if (wrong.length) faults.push(`line ${index + 1}: ${wrong.join("; ")}`);
    else {
      points.push({ time: seconds, actual: Number(actual), goal: Number(goal), sprocket_types: ids });
      lines.push(index + 1);
    }
  }
  return { points, lines, faults };
}
