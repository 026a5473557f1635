import { write } from "../../api/client";
import type { Mirror, Reason } from "../../api/types";
import { Action } from "../../parts/Action";
import { Ago } from "../../parts/Ago";
import { SeverityIcon } from "../../parts/Status";
import { count, duration } from "../../words/format";

const RESTART = new Set([
  "TASK_FAILED",
  "CONNECTOR_FAILED",
  "CHECKPOINT_FAILED",
  "TASKS_NOT_RUNNING",
  "NO_TASKS",
]);
const RESUME = new Set(["CONNECTOR_PAUSED", "CONNECTOR_STOPPED"]);
const ACKNOWLEDGE = new Set(["DATA_LOSS", "TOPIC_RECREATED", "TARGET_TOPIC_RESET"]);

/** Why the status is so: sentence, figures, and what to do as a button where Lockstep can do it. */
export function Reasons({ mirror }: { mirror: Mirror }) {
  if (mirror.reasons.length === 0) return null;
  return (
    <section class="panel reasons" aria-label="Reasons">
      <ul>
        {mirror.reasons.map((one) => (
          <li key={`${one.code} ${one.topic} ${one.partition} ${one.connector} ${one.task}`}>
            <SeverityIcon severity={one.severity} />
            <div>
              <p class="what">{one.message}</p>
              <p class="muted">{one.action}</p>
            </div>
            <Figures reason={one} />
            <Remedy mirror={mirror} reason={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Figures({ reason }: { reason: Reason }) {
  const { measured, threshold } = reason;
  const isRecords = reason.code === "DATA_LOSS";
  return (
    <p class="figures muted">
      <code>{reason.code}</code>
      {measured !== null && <b>{isRecords ? `${count(measured)} records` : duration(measured)}</b>}
      {measured !== null && threshold !== null && <span>of {duration(threshold)}</span>}
      <Ago at={reason.since} />
    </p>
  );
}

function Remedy({ mirror, reason }: { mirror: Mirror; reason: Reason }) {
  const act = (what: string, body?: unknown) => () =>
    write("POST", `/mirrors/{name}/${what}`, [mirror.name], body);
  if (RESTART.has(reason.code))
    return <Action act={act("restart", { onlyFailed: true })}>Restart failed</Action>;
  if (RESUME.has(reason.code)) return <Action act={act("resume")}>Resume</Action>;
  if (ACKNOWLEDGE.has(reason.code)) {
    return <Action act={act("acknowledge", { upTo: reason.since })}>I have seen it</Action>;
  }
  if (reason.code === "LATENCY_ABOVE_TARGET") {
    return (
      <a class="button" href="#target-latency">
        Change target
      </a>
    );
  }
  return <span />;
}
