const TONES: Record<string, string> = { ACTIVE: "good", STALE: "warn", PENDING: "moving" };

/** How a topic, or one of its partitions, is used. */
export function TopicState({ state }: { state: string }) {
  return <span class={`state tone-${TONES[state] ?? "held"}`}>{state}</span>;
}
