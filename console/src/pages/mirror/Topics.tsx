import { useEffect, useState } from "preact/hooks";
import { ApiError, get } from "../../api/client";
import type { Mirror, Topic } from "../../api/types";
import { Ago } from "../../parts/Ago";
import { Scroll } from "../../parts/Scroll";
import { useWindowed } from "../../parts/windowed";
import { place, remember } from "../../state/router";
import { count, many, measured } from "../../words/format";
import { TopicDialog } from "./TopicDialog";

// As mirror.css has it.
const ROW = 36;
const PAGE = 200;
const COLUMNS = ["Partitions", "Average", "Max", "Records/s", "Behind", "Waiting", "Last record"];

/** The mirrored topics, worst first; each opens to its partitions. */
export function Topics({ mirror }: { mirror: Mirror }) {
  const topics = useAll(mirror);
  const words = (place.value.query.get("topics") ?? "").toLowerCase();
  const found = topics.filter(
    (one) => one.name.toLowerCase().includes(words) || one.state.toLowerCase() === words,
  );
  const { ref, window } = useWindowed(found.length, ROW);
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
        <Scroll label="Topics, worst first" class="tall">
          <table class="rows topics" aria-rowcount={found.length + 1}>
            <thead>
              <tr>
                <th scope="col">Topic</th>
                <th scope="col">State</th>
                {COLUMNS.map((name) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody ref={ref}>
              <Space height={window.before} />
              {found.slice(window.first, window.last).map((one, index) => (
                <Line key={one.name} topic={one} mirror={mirror} index={window.first + index} />
              ))}
              <Space height={window.after} />
            </tbody>
          </table>
        </Scroll>
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
  const topics = [...mirror.mirroredTopics];
  let nextToken = mirror.topicsNextToken;
  while (nextToken) {
    const page = await get("/mirrors/{name}/topics", [mirror.name], { limit: PAGE, nextToken }, signal);
    topics.push(...page.mirroredTopics);
    nextToken = page.nextToken;
  }
  return topics;
}

const TONES: Record<string, string> = { ACTIVE: "good", STALE: "warn", PENDING: "moving" };

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
        <span class={`state tone-${TONES[topic.state] ?? "held"}`}>{topic.state}</span>
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

function Space({ height }: { height: number }) {
  return (
    <tr class="space">
      <td colSpan={COLUMNS.length + 2} style={{ height: `${height}px` }} />
    </tr>
  );
}
