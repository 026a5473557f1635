import { useState } from "preact/hooks";
import { get } from "../../api/client";
import type { Change, Mirror, Topic } from "../../api/types";
import { Dialog } from "../../parts/Dialog";
import { Region } from "../../parts/Region";
import { useResource } from "../../state/resource";
import { count, many, measured } from "../../words/format";
import { Chart } from "./Chart";
import { Partitions } from "./Partitions";
import type { Zoom } from "./plot";

const NONE: readonly Change[] = [];
const HOUR_MS = 3_600_000;

/** One topic: its figures now, its last hour and its partitions. */
export function TopicDialog({ mirror, topic, close }: { mirror: Mirror; topic: Topic; close: () => void }) {
  const [zoom, setZoom] = useState<Zoom>();
  const hour = useResource(`hour ${mirror.name} ${topic.name}`, (signal) => {
    const from = new Date(Date.now() - HOUR_MS).toISOString();
    return get("/mirrors/{name}/latency", [mirror.name], { from, topic: topic.name }, signal);
  });
  const whole = useResource(`partitions ${mirror.name} ${topic.name}`, (signal) =>
    get("/mirrors/{name}/topics/{topic}", [mirror.name, topic.name], {}, signal),
  );
  return (
    <Dialog title={topic.name} close={close} wide>
      <p class="muted">
        <code>{topic.mirroredName}</code> on {mirror.targetCluster} · {topic.state} ·{" "}
        {many(topic.partitions, "partition")} · {measured(topic.behind)} behind · {count(topic.lagRecords)}{" "}
        waiting
      </p>
      <Region resource={hour} height={320}>
        {(list) =>
          list.points.length === 0 ? (
            <p class="muted chart">Not sampled in the last hour.</p>
          ) : (
            <Chart
              points={list.points}
              target={mirror.targetLatency}
              changes={NONE}
              zoom={zoom}
              setZoom={setZoom}
            />
          )
        }
      </Region>
      <Region resource={whole} height={180}>
        {(full) => <Partitions topic={full} target={mirror.targetLatency} />}
      </Region>
      <div class="buttons">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
