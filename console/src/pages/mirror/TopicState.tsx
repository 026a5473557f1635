import { tone } from "../../words/status";

/** How a topic, or one of its partitions, is used. */
export function TopicState({ state }: { state: string }) {
  return <span class={`state tone-${tone(state)}`}>{state}</span>;
}
