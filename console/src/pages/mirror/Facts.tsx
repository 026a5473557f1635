import type { ComponentChildren } from "preact";
import type { Mirror } from "../../api/types";
import { count, percent, utc } from "../../words/format";
import { source } from "../../words/status";
import { TargetLatency } from "./TargetLatency";

/** What the mirror was asked to be. */
export function Facts({ mirror }: { mirror: Mirror }) {
  const from = mirror.sourceCluster;
  return (
    <section class="panel" aria-labelledby="asked">
      <header>
        <h2 id="asked">What it was asked for</h2>
      </header>
      <dl class="facts body">
        <Fact name="Source">
          {source(mirror)}
          {from.alias !== source(mirror) && ` as ${from.alias}`}
        </Fact>
        <Fact name="Target">{mirror.targetCluster}</Fact>
        <Fact name="Connect cluster">{mirror.connectCluster}</Fact>
        <Fact name="Target latency">
          <TargetLatency mirror={mirror} />
        </Fact>
        <Fact name="Topics">
          <code>{mirror.topicsRegex}</code>
          {mirror.topicsExclude.length > 0 && (
            <>
              {" "}
              but not <code>{mirror.topicsExclude.join(", ")}</code>
            </>
          )}
        </Fact>
        <Fact name="Names on the target">
          {mirror.renameMirroredTopics ? <code>{from.alias}.…</code> : "unchanged"}
        </Fact>
        <Fact name="Tasks at most">{count(mirror.maxTasks)}</Fact>
        <Fact name="Starts from">{mirror.startFrom}</Fact>
        <Fact name="Group offsets">
          {mirror.syncGroupOffsets ? <code>{mirror.groupsRegex}</code> : "not synced"}
        </Fact>
        {mirror.backfill && (
          <Fact name="Older records">
            {percent(mirror.backfill.fraction)} of {count(mirror.backfill.total)} copied
            {mirror.backfill.eta && `, done about ${utc(mirror.backfill.eta)}`}
          </Fact>
        )}
        {Object.keys(mirror.tags).length > 0 && (
          <Fact name="Tags">
            {Object.entries(mirror.tags)
              .map(([key, value]) => `${key}: ${value}`)
              .join(", ")}
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
