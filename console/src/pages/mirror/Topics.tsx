import { useEffect, useState } from "preact/hooks";
import { ApiError, get } from "../../api/client";
import { everyRow } from "../../api/pages";
import type { Mirror, Topic } from "../../api/types";
import { Ago } from "../../parts/Ago";
import { LongTable } from "../../parts/LongTable";
import { place, remember } from "../../state/router";
import { count, many, measured } from "../../words/format";
import { TopicDialog } from "./TopicDialog";
import { TopicState } from "./TopicState";

const NUMBERS = ["Partitions", "Average", "Max", "Records/s", "Behind", "Waiting", "Last record"];

/** The mirrored topics, worst first; each opens to its partitions. */
export function Topics({ mirror }: { mirror: Mirror }) {
  const topics = useAll(mirror);
  const words = (place.value.query.get("topics") ?? "").toLowerCase();
  const found = topics.filter(
    (one) => one.name.toLowerCase().includes(words) || one.state.toLowerCase() === words,
  );
  const open = topics.find((one) => one.name === place.value.query.get("topic"));
  return (
    <section class="panel" aria-labelledby="topics">
      <header>
        <h2 id="topics">Topics</h2>
        <span class="muted">
          {words ? `${count(found.length)} of ${many(topics.length, "topic")}` : many(topics.length, "topic")}
        </span>
        <input
          class="end"
          type="search"
          aria-label="Search topics"
          placeholder="Search topics"
          value={place.value.query.get("topics") ?? ""}
          onInput={(event) => remember({ topics: event.currentTarget.value })}
        />
      </header>
      {topics.length === 0 ? (
        <p class="body muted">No topic matches yet, or none has been looked at.</p>
      ) : (
        <LongTable
          label="Topics, worst first"
          class="topics"
          size="tall"
          words={["Topic", "State"]}
          numbers={NUMBERS}
          rows={found}
        >
          {(one, index) => <Line key={one.name} topic={one} mirror={mirror} index={index} />}
        </LongTable>
      )}
      {open && <TopicDialog mirror={mirror} topic={open} close={() => remember({ topic: undefined })} />}
    </section>
  );
}

/** All topics: those of the answer, and of a mirror of many the rest, read once a sample. */
function useAll(mirror: Mirror): readonly Topic[] {
  const [all, setAll] = useState<{ of: string; topics: readonly Topic[] }>();
  useEffect(() => {
    const aborted = new AbortController();
    void rest(mirror, aborted.signal).then(
      (topics) => setAll({ of: mirror.name, topics }),
      (error: unknown) => {
        if (!aborted.signal.aborted && !(error instanceof ApiError)) throw error;
      },
    );
    return () => aborted.abort();
  }, [mirror.name, mirror.measuredAt]);
  return mirror.topicsNextToken && all?.of === mirror.name ? all.topics : mirror.mirroredTopics;
}

async function rest(mirror: Mirror, signal: AbortSignal): Promise<readonly Topic[]> {
  if (!mirror.topicsNextToken) return mirror.mirroredTopics;
  const more = await everyRow(
    (page) => get("/mirrors/{name}/topics", [mirror.name], { ...page }, signal),
    (page) => page.mirroredTopics,
    undefined,
    mirror.topicsNextToken,
  );
  return [...mirror.mirroredTopics, ...more];
}

function Line({ topic, mirror, index }: { topic: Topic; mirror: Mirror; index: number }) {
  const late = (topic.behind ?? 0) > mirror.targetLatency;
  return (
    <tr aria-rowindex={index + 2}>
      <th scope="row">
        <button
          type="button"
          class="link"
          onClick={() => remember({ topic: topic.name })}
          title={topic.mirroredName}
        >
          {topic.name}
        </button>
      </th>
      <td>
        <TopicState state={topic.state} />
      </td>
      <td class="number">{count(topic.partitions)}</td>
      <td class="number">{measured(topic.averageLatency)}</td>
      <td class="number">{measured(topic.maxLatency)}</td>
      <td class="number">{topic.averageRate === null ? "–" : topic.averageRate.toFixed(1)}</td>
      <td class={`number ${late ? "tone-bad" : ""}`}>{measured(topic.behind)}</td>
      <td class="number">{count(topic.lagRecords)}</td>
      <td class="number">{topic.lastProducedAt ? <Ago at={topic.lastProducedAt} /> : "–"}</td>
    </tr>
  );
}
