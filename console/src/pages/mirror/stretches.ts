import type { Point } from "../../api/types";

// Beyond so many steps between two samples nobody knows what was.
const GAP_STEPS = 3;
const LEAST_GAP_MS = 180_000;
export const UNMEASURED = "not measured";

export interface Stretch {
  status: string;
  from: number;
  to: number;
}

/** How long two samples may be apart, in ms, until what was between them is not known. */
export function longestStep(points: readonly Point[]): number {
  return Math.max(LEAST_GAP_MS, usualStep(points) * GAP_STEPS);
}

function usualStep(points: readonly Point[]): number {
  const times = points.map((one) => Date.parse(one.at));
  const steps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
}

/** The points as stretches of one status each, in ms; a gap is a stretch of its own. */
export function stretches(points: readonly Point[]): Stretch[] {
  const times = points.map((one) => Date.parse(one.at));
  const usual = usualStep(points);
  const gap = longestStep(points);
  const found: Stretch[] = [];
  points.forEach((one, index) => {
    const at = times[index] ?? 0;
    const next = times[index + 1] ?? at + usual;
    add(found, one.status, at, Math.min(next, at + gap));
    if (next - at > gap) add(found, UNMEASURED, at + gap, next);
  });
  return found;
}

/** How long each status lasted in all, the longest first, in ms. */
export function totals(found: readonly Stretch[]): [string, number][] {
  const by = new Map<string, number>();
  for (const one of found) by.set(one.status, (by.get(one.status) ?? 0) + one.to - one.from);
  return [...by].sort((a, b) => b[1] - a[1]);
}

function add(found: Stretch[], status: string, from: number, to: number): void {
  const last = found.at(-1);
  if (last?.status === status) last.to = to;
  else found.push({ status, from, to });
}
