import type { Partition, TopicInFull } from "../../api/types";
import { Ago } from "../../parts/Ago";
import { LongTable } from "../../parts/LongTable";
import { count, many, measured } from "../../words/format";
import { TopicState } from "./TopicState";

const NUMBERS = [
  "Behind",
  "Waiting",
  "Average",
  "Source starts",
  "Source ends",
  "Copied to",
  "Target ends",
  "Last record",
];

/** A topic's partitions: those of which nothing is known first, then by the age of what waits. */
export function Partitions({ topic, target }: { topic: TopicInFull; target: number }) {
  const sorted = [...topic.partitions].sort(worse);
  const unknown = sorted.filter((one) => one.unknown !== null);
  return (
    <>
      {sorted.length < topic.partitionsTotal && (
        <p class="muted">
          The worst {count(sorted.length)} of {many(topic.partitionsTotal, "partition")}.
        </p>
      )}
      {unknown[0] && (
        <p class="tone-warn">
          {many(unknown.length, "partition")} of which nothing new is known: {unknown[0].unknown}.
        </p>
      )}
      <LongTable
        label="Partitions, worst first"
        class="partitions"
        size="limited"
        words={["Partition", "State"]}
        numbers={NUMBERS}
        rows={sorted}
      >
        {(one, index) => <Line key={one.partition} one={one} target={target} index={index} />}
      </LongTable>
    </>
  );
}

/** As the API chooses the worst: what waits for an unknown time is worse than nothing that waits. */
function worse(a: Partition, b: Partition): number {
  const unknown = Number(b.unknown !== null) - Number(a.unknown !== null);
  const waits = Number(a.behind === 0) - Number(b.behind === 0);
  return unknown || waits || (b.behind ?? 0) - (a.behind ?? 0) || a.partition - b.partition;
}

function Line({ one, target, index }: { one: Partition; target: number; index: number }) {
  const late = (one.behind ?? 0) > target;
  return (
    <tr aria-rowindex={index + 2}>
      <th scope="row">{one.partition}</th>
      <td>
        {one.unknown === null ? (
          <TopicState state={one.state} />
        ) : (
          <span class="state tone-warn" title={one.unknown}>
            unknown
          </span>
        )}
      </td>
      <td class={`number ${late ? "tone-bad" : ""}`}>{measured(one.behind)}</td>
      <td class="number">{count(one.lagRecords)}</td>
      <td class="number">{measured(one.averageLatency)}</td>
      <td class="number">{count(one.sourceStart)}</td>
      <td class="number">{count(one.sourceEnd)}</td>
      <td class="number">{count(one.copiedTo)}</td>
      <td class="number">{count(one.targetEnd)}</td>
      <td class="number">{one.lastProducedAt ? <Ago at={one.lastProducedAt} /> : "–"}</td>
    </tr>
  );
}
