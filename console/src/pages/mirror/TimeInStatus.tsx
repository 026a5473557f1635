import type { Point } from "../../api/types";
import { percent, span } from "../../words/format";
import { tone } from "../../words/status";
import { stretches, totals } from "./stretches";

/** How long the mirror was in each status in the time shown. */
export function TimeInStatus({ points }: { points: readonly Point[] }) {
  const found = totals(stretches(points));
  const all = found.reduce((sum, [, ms]) => sum + ms, 0) || 1;
  return (
    <ul class="times" aria-label="Time in each status">
      {found.map(([status, ms]) => (
        <li key={status} class={`tone-${tone(status)}`}>
          <b>{status}</b> {percent(ms / all)} <span class="muted">{span(ms)}</span>
        </li>
      ))}
    </ul>
  );
}
