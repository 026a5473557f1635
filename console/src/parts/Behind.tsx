import type { MirrorSummary } from "../api/types";
import { duration, measured } from "../words/format";

// The bar's end is twice the target, so that the target is a line in its middle.
const FULL = 2;

/** Behind against the target: a bar with the target in its middle, and the numbers. */
export function Behind({ mirror }: { mirror: Pick<MirrorSummary, "latency" | "targetLatency"> }) {
  const { behind } = mirror.latency;
  const share = Math.min(FULL, (behind ?? 0) / mirror.targetLatency) / FULL;
  const over = (behind ?? 0) > mirror.targetLatency;
  return (
    <span class="behind">
      <svg
        class={`bar ${over ? "over" : ""}`}
        viewBox="0 0 100 8"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <rect class="track" width="100" height="8" rx="2" />
        {behind !== null && <rect class="fill" width={Math.max(2, share * 100)} height="8" rx="2" />}
        <line x1="50" x2="50" y1="0" y2="8" />
      </svg>
      <span class="figures">
        {measured(behind)} <span class="of">of {duration(mirror.targetLatency)}</span>
      </span>
    </span>
  );
}
