import type { MirrorSummary } from "../../api/types";
import { rank, source } from "../../words/status";

/** All mirrors from one cluster to another; the status is the worst of them. */
export interface Arrow {
  from: string;
  to: string;
  status: string;
  mirrors: readonly MirrorSummary[];
  /** Whether mirrors lead back as well: records could come round. */
  isLoop: boolean;
}

export function arrows(mirrors: readonly MirrorSummary[]): Arrow[] {
  const between = new Map<string, MirrorSummary[]>();
  for (const one of mirrors) {
    const key = JSON.stringify([source(one), one.targetCluster]);
    between.set(key, [...(between.get(key) ?? []), one]);
  }
  return [...between].map(([key, some]) => {
    const [from, to] = JSON.parse(key) as [string, string];
    const status = [...some].sort((a, b) => rank(a.status) - rank(b.status))[0]?.status ?? "UNKNOWN";
    return { from, to, status, mirrors: some, isLoop: between.has(JSON.stringify([to, from])) };
  });
}
