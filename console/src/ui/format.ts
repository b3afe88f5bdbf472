// Values in people's words.

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });
const short = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const hours = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export const count = (value: number) => number.format(value);
export const figure = (value: number) => short.format(value);
/** In the room beside an axis: 2B */
export const axisFigure = (value: number) => (Math.abs(value) < 100_000 ? number : compact).format(value);
export const percent = (value: number | null) => (value === null ? "–" : `${tenths.format(value * 100)}\u00a0%`);
export const ofGoal = (part: number | null) => (part === null ? "No goal" : `${percent(part)} of the goal`);
export const words = (name: string) => name.replaceAll("_", " ");
export const title = (name: string) => words(name).replace(/^./, (letter) => letter.toUpperCase());
export const plural = (value: number, one: string, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** The words of a date stay in one line. */
const whole = (text: string) => text.replaceAll(/ (?=\p{L})|(?<=\p{L}) /gu, "\u00a0");

/** A date without a time, such as a birthday; what is none, such as of an address, stays as it is. */
export function date(text: string): string {
  const found = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(found.getTime()) ? text : whole(day.format(found));
}
export const clock = (text: string) => hours.format(new Date(text));
export const time = (text: string) => whole(moment.format(new Date(text)));
export const unixTime = (seconds: number) => whole(moment.format(new Date(seconds * 1000)));

export function bytes(value: number): string {
  if (value < 1000) return `${value} bytes`;
  const power = Math.min(Math.floor(Math.log10(value) / 3), 4);
  return `${short.format(value / 1000 ** power)} ${["", "kB", "MB", "GB", "TB"][power]}`;
}

/** "3 minutes ago" */
export function ago(text: string): string {
  const seconds = (Date.parse(text) - Date.now()) / 1000;
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86400], ["hour", 3600], ["minute", 60]];
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return "just now";
}

/** "2 min 5 s" */
export function duration(from: string, to: string | null): string {
  const seconds = Math.max(0, Math.round(((to ? Date.parse(to) : Date.now()) - Date.parse(from)) / 1000));
  if (seconds < 60) return `${seconds}\u00a0s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}\u00a0min\u00a0${seconds % 60}\u00a0s`;
  return `${Math.floor(seconds / 3600)}\u00a0h\u00a0${Math.floor((seconds % 3600) / 60)}\u00a0min`;
}

export function cell(value: string | number | number[] | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return Array.isArray(value) ? value.join(", ") : String(value);
}
