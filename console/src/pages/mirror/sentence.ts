import type { Change, Mirror } from "../../api/types";
import { count, duration, many, measured, span } from "../../words/format";

const LOST = "DATA_LOSS";

/** Is my data there? In one sentence: for how long so, how far behind, what was lost. */
export function sentence(mirror: Mirror, now: number): string {
  const since = span(now - Date.parse(mirror.statusSince));
  return `${mirror.status} for ${since}; ${late(mirror)}.`;
}

function late(mirror: Mirror): string {
  const { behind, max, average } = mirror.latency;
  if (behind) return `${duration(behind)} behind, ${many(mirror.latency.lagRecords ?? 0, "record")} waiting`;
  if (max !== null) return `${duration(max)} behind at most, ${measured(average)} on average`;
  return behind === 0 ? "nothing is waiting" : "how far behind is not known yet";
}

/** What was lost, as far as the changes at hand tell; `isAll` when they go back to the beginning. */
export function lost(mirror: Mirror, changes: readonly Change[] | undefined, isAll: boolean): string {
  const now = mirror.reasons.find((one) => one.code === LOST);
  if (now)
    return `${count(now.measured)} records lost since ${now.since.slice(0, 16).replace("T", " ")} UTC.`;
  if (!changes) return "";
  const earlier = changes.flatMap((one) => one.reasons).find((one) => one.code === LOST);
  if (earlier) return `${count(earlier.measured)} records lost earlier, and seen by a person.`;
  return isAll ? "Nothing lost since it was made." : "Nothing lost in the changes shown below.";
}
