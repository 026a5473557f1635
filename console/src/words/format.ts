const UNITS: readonly [number, string][] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
];
const NUMBER = new Intl.NumberFormat("en-GB");
const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A duration in ms as a person says it: `21 ms`, `1.4 s`, `3 min`, `3 d`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1).replace(".0", "")} s`;
  const [size, unit] = UNITS.find(([size]) => ms >= size) ?? [1_000, "s"];
  return `${Math.floor(ms / size)} ${unit}`;
}

/** As `duration`, in whole seconds at least, for what only a clock's second moves. */
export function span(ms: number): string {
  return duration(Math.max(0, Math.floor(ms / 1_000)) * 1_000).replace(/^0 ms$/, "0 s");
}

/** A figure that may never have been measured. */
export function measured(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? "–" : duration(ms);
}

export function count(number: number | null | undefined): string {
  return number === null || number === undefined ? "–" : NUMBER.format(number);
}

/** `1 topic`, `3 topics`. */
export function many(number: number, what: string): string {
  return `${NUMBER.format(number)} ${what}${number === 1 ? "" : "s"}`;
}

/** Local time, with UTC behind it: what a title says of a relative time. */
export function exactly(at: string): string {
  return `${LOCAL.format(new Date(at))} · ${utc(at)}`;
}

export function utc(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

/** A fraction of 1 as a percentage. */
export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(fraction >= 0.995 || fraction === 0 ? 0 : 1)} %`;
}
