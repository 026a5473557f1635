import { signal } from "@preact/signals";

export const BASE = "/console";

export interface Place {
  /** Below /console, decoded by nobody yet: `/mirrors/eu.us.abc`. */
  path: string;
  query: URLSearchParams;
}

export const place = signal<Place>(here());

/** Go to a path below /console as a link would. */
export function go(path: string): void {
  history.pushState(null, "", BASE + path);
  arrive();
  scrollTo(0, 0);
}

/** Go to a path below /console in place of the one that is shown, to which nobody wants back. */
export function redirect(path: string): void {
  history.replaceState(null, "", BASE + path);
  arrive();
}

/** Put something into the URL, where a reload and a shared link find it; empty values leave it. */
export function remember(values: Record<string, string | undefined>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  history.replaceState(null, "", location.pathname + (text ? `?${text}` : ""));
  place.value = here();
}

/** The same place with other words in its query: what a link that filters points to. */
export function withQuery(values: Record<string, string | undefined>): string {
  const query = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  return BASE + place.value.path + (text ? `?${text}` : "");
}

/** Links below /console are followed without a reload; modified clicks stay the browser's. */
export function followLinks(): void {
  addEventListener("popstate", arrive);
  addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (!link || modified || link.target || link.hash || link.origin !== location.origin) return;
    if (!link.pathname.startsWith(`${BASE}/`)) return;
    event.preventDefault();
    const stays = link.pathname === location.pathname;
    history.pushState(null, "", link.pathname + link.search);
    arrive();
    if (!stays) scrollTo(0, 0);
  });
}

function arrive(): void {
  place.value = here();
}

function here(): Place {
  const path = location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length) : "/";
  return { path: path.replace(/\/$/, "") || "/", query: new URLSearchParams(location.search) };
}
