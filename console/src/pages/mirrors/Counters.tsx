import type { MirrorSummary } from "../../api/types";
import { ToneIcon } from "../../parts/Icon";
import { place, withQuery } from "../../state/router";
import { count } from "../../words/format";
import { STATUSES, tone } from "../../words/status";
import { filterOf } from "./fleet";

/** How many mirrors have each status; each number is a link to them. */
export function Counters({ mirrors }: { mirrors: readonly MirrorSummary[] }) {
  const chosen = filterOf(place.value.query).statuses;
  const numbers = new Map<string, number>();
  for (const one of mirrors) numbers.set(one.status, (numbers.get(one.status) ?? 0) + 1);
  const statuses = new Set<string>([...STATUSES, ...numbers.keys()]);
  return (
    <nav class="counters" aria-label="Mirrors by status">
      <a href={withQuery({ status: undefined })} aria-current={chosen.length === 0 ? "true" : undefined}>
        <b>{count(mirrors.length)}</b> all
      </a>
      {[...statuses].map((status) => (
        <a
          key={status}
          class={`tone-${tone(status)} ${numbers.get(status) ? "" : "zero"}`}
          href={withQuery({ status: chosen.includes(status) ? undefined : status })}
          aria-current={chosen.includes(status) ? "true" : undefined}
        >
          <ToneIcon tone={tone(status)} />
          <b>{count(numbers.get(status) ?? 0)}</b> {status}
        </a>
      ))}
    </nav>
  );
}
