// The page of the address, kept in its fragment: it works behind any stage and base path, and the
// server need not know it. `#/data/jobs?key=7` is the path ["data", "jobs"] with a query.

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { entered } from "./unsaved.ts";

export interface Place {
  path: string[];
  query: URLSearchParams;
}

function read(): Place {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const place = signal<Place>(read());
/** Somebody is leaving a page on which something is not saved: by a link, by back or by the address */
export const leaving = signal(false);
let address = location.hash;

function arrive(): void {
  leaving.value = false;
  address = location.hash;
  place.value = read();
}

addEventListener("hashchange", () => {
  if (location.hash === address) leaving.value = false;
  else if (entered.value) leaving.value = true;
  else arrive();
});

export const leave = arrive;

export function stay(): void {
  leaving.value = false;
  history.pushState(null, "", address || "#/");
}

type Parameters = Record<string, string | number | null | undefined>;

/** The address of a page. */
export function href(path: (string | number)[], query: Parameters = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `#/${path.map((part) => encodeURIComponent(part)).join("/")}${text ? `?${text}` : ""}`;
}

/** To another page, for what was entered is saved; not for whoever has left this one meanwhile. */
export function useGo(): (path: (string | number)[]) => void {
  const left = useRef(false);
  useEffect(() => () => void (left.current = true), []);
  return (path) => {
    if (left.current) return;
    history.pushState(null, "", href(path));
    arrive();
  };
}

/** Change the query of this page; back does not step through such changes. */
export function setQuery(query: Parameters): void {
  const all = { ...Object.fromEntries(place.value.query), ...query };
  history.replaceState(null, "", href(place.value.path, all));
  arrive();
}

/** The text of a field that follows what the address has: by a link the page may stay. */
export function useText(value: string): [text: string, set: (text: string) => void] {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return [text, setText];
}
