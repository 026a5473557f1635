import { get } from "../../api/client";
import type { Mirror } from "../../api/types";
import { Ago } from "../../parts/Ago";
import { Dialog } from "../../parts/Dialog";
import { Region } from "../../parts/Region";
import { Sparkline } from "../../parts/Sparkline";
import { useResource } from "../../state/resource";
import { count, measured } from "../../words/format";

const COLUMNS = ["State", "Behind", "Waiting", "Source from", "Source to", "Copied to", "Target to", "Last record"];
const HOUR_MS = 3_600_000;

/** One topic down to its partitions, and its last hour. */
export function TopicDialog({ mirror, name, close }: { mirror: Mirror; name: string; close: () => void }) {
  const topic = useResource(`topic ${mirror.name} ${name}`, (signal) =>
    get("/mirrors/{name}/topics/{topic}", [mirror.name, name], {}, signal),
  );
  const hour = useResource(`hour ${mirror.name} ${name}`, (signal) => {
    const from = new Date(Date.now() - HOUR_MS).toISOString();
    return get("/mirrors/{name}/latency", [mirror.name], { from, topic: name }, signal);
  });
  return (
    <Dialog title={name} close={close} wide>
      <Region resource={topic} height={240}>
        {(one) => (
          <>
            <p class="muted">
              {one.mirroredName} on {mirror.targetCluster} · {measured(one.averageLatency)} on average ·{" "}
              {measured(one.behind)} behind
            </p>
            <Sparkline
              values={(hour.data.value?.points ?? []).map((point) => point.behind)}
              target={mirror.targetLatency}
            />
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
            <section class="scroll limited" tabIndex={0} aria-label="Partitions">
              <table class="rows">
                <thead>
                  <tr>
                    <th scope="col">Partition</th>
                    {COLUMNS.map((column) => (
                      <th key={column} scope="col">
                        {column}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {one.partitions.map((each) => (
                    <tr key={each.partition}>
                      <th scope="row">{each.partition}</th>
                      <td title={each.unknown ?? undefined}>{each.unknown ? "UNKNOWN" : each.state}</td>
                      <td>{measured(each.behind)}</td>
                      <td>{count(each.lagRecords)}</td>
                      <td>{count(each.sourceStart)}</td>
                      <td>{count(each.sourceEnd)}</td>
                      <td>{count(each.copiedTo)}</td>
                      <td>{count(each.targetEnd)}</td>
                      <td>{each.lastProducedAt ? <Ago at={each.lastProducedAt} /> : "–"}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          </>
        )}
      </Region>
      <div class="buttons">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
