import type { MirrorSummary, Reason } from "../api/types";

/** Worst first: what needs a person, what is not known, what is on its way, what is well. */
export const STATUSES = [
  "FAILED",
  "OUT_OF_SYNC",
  "UNKNOWN",
  "STALE_TOPIC",
  "CREATING",
  "DELETING",
  "PAUSED",
  "IN_SYNC",
] as const;

export type Tone = "bad" | "warn" | "unknown" | "moving" | "held" | "good";

const TONES: Record<string, Tone> = {
  FAILED: "bad",
  OUT_OF_SYNC: "bad",
  UNKNOWN: "unknown",
  STALE_TOPIC: "warn",
  CREATING: "moving",
  DELETING: "moving",
  PAUSED: "held",
  IN_SYNC: "good",
  // A topic's states.
  STALE: "warn",
  PENDING: "moving",
  EMPTY: "held",
  INACTIVE: "held",
  ACTIVE: "good",
};

/** How a mirror's status or a topic's state looks; one that this console does not know yet is shown as unknown, by its own word. */
export function tone(status: string): Tone {
  return TONES[status] ?? "unknown";
}

export function rank(status: string): number {
  const at = (STATUSES as readonly string[]).indexOf(status);
  return at < 0 ? 2 : at;
}

const SEVERITIES = ["critical", "warning", "info"];

/** The reason that matters most; the API sorts equals. */
export function worst(reasons: readonly Reason[]): Reason | undefined {
  return [...reasons].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))[0];
}

/** Behind as a share of the target; what was never measured is no lag. */
export function share(mirror: Pick<MirrorSummary, "latency" | "targetLatency">): number {
  return (mirror.latency.behind ?? mirror.latency.average ?? 0) / mirror.targetLatency;
}

/** The source as a person calls it: its registered name, or its alias. */
export function source(mirror: Pick<MirrorSummary, "sourceCluster">): string {
  const from = mirror.sourceCluster;
  return "managedCluster" in from ? from.managedCluster.sourceKafkaClusterId : from.alias;
}
