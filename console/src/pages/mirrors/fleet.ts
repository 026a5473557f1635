import { get } from "../../api/client";
import { everyRow } from "../../api/pages";
import type { MirrorSummary } from "../../api/types";
import { rank, share, source, worst } from "../../words/status";

/** Every mirror, page by page; `show` gets what is known after each page. */
export async function readFleet(
  signal: AbortSignal,
  show: (partly: MirrorSummary[]) => void,
): Promise<MirrorSummary[]> {
  return everyRow(
    (page) => get("/mirrors", [], { ...page, recent: "true" }, signal),
    (page) => page.mirrors,
    show,
  );
}

/** What counts as movement in a list: statuses and configurations, not figures. */
export function fleetMoves(mirrors: readonly MirrorSummary[]): string {
  return mirrors.map((one) => `${one.name} ${one.version} ${one.status}`).join("\n");
}

export const ORDERS = { worst: "Worst first", behind: "Most behind", name: "By name", since: "Last changed" };
export type Order = keyof typeof ORDERS;

export interface Filter {
  statuses: readonly string[];
  words: readonly string[];
  order: Order;
}

export function filterOf(query: URLSearchParams): Filter {
  const order = query.get("order") ?? "";
  return {
    statuses: (query.get("status") ?? "").split(",").filter(Boolean),
    words: (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean),
    order: order in ORDERS ? (order as Order) : "worst",
  };
}

/** The mirrors that have one of the statuses and every word somewhere. */
export function matching(mirrors: readonly MirrorSummary[], filter: Filter): MirrorSummary[] {
  return mirrors.filter(
    (one) =>
      (filter.statuses.length === 0 || filter.statuses.includes(one.status)) &&
      filter.words.every((word) => text(one).includes(word)),
  );
}

const texts = new WeakMap<MirrorSummary, string>();

/** Everything of a mirror that one may search for, in lower case, made once for each answer. */
function text(one: MirrorSummary): string {
  let known = texts.get(one);
  if (known === undefined) {
    const tags = Object.entries(one.tags).flat();
    const parts = [
      one.name,
      source(one),
      one.targetCluster,
      one.connectCluster,
      one.description,
      one.topicsRegex,
    ];
    known = [...parts, ...tags, worst(one.reasons)?.message ?? ""].join(" ").toLowerCase();
    texts.set(one, known);
  }
  return known;
}

export function ordered(mirrors: readonly MirrorSummary[], order: Order): MirrorSummary[] {
  const by: Record<Order, (a: MirrorSummary, b: MirrorSummary) => number> = {
    worst: (a, b) => rank(a.status) - rank(b.status) || share(b) - share(a),
    behind: (a, b) => (b.latency.behind ?? -1) - (a.latency.behind ?? -1),
    name: () => 0,
    since: (a, b) => (a.statusSince < b.statusSince ? 1 : a.statusSince > b.statusSince ? -1 : 0),
  };
  return [...mirrors].sort((a, b) => by[order](a, b) || (a.name < b.name ? -1 : 1));
}

/** In the order of before, what is new at the end: rows stay where a pointer is. */
export function steady(mirrors: readonly MirrorSummary[], before: readonly string[]): MirrorSummary[] {
  const place = new Map(before.map((name, index) => [name, index]));
  const at = (one: MirrorSummary) => place.get(one.name) ?? before.length;
  return [...mirrors].sort((a, b) => at(a) - at(b));
}
