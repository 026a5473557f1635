import { useState } from "preact/hooks";
import { write } from "../../api/client";
import type { Mirror } from "../../api/types";
import { Action } from "../../parts/Action";
import { DeleteDialog } from "./DeleteDialog";

/** What a person can do with a mirror. */
export function Actions({ mirror }: { mirror: Mirror }) {
  const [deleting, setDeleting] = useState(false);
  const isHeld = mirror.status === "PAUSED" || mirror.reasons.some((one) => one.code === "PAUSE_PENDING");
  const isGoing = mirror.status === "DELETING" ? "It is being deleted." : undefined;
  const failed = mirror.connectors.some(
    (one) => one.status === "FAILED" || one.tasks.some((task) => task.status === "FAILED"),
  );
  const act = (what: string, body?: unknown) => () =>
    write("POST", `/mirrors/{name}/${what}`, [mirror.name], body);
  return (
    <div class="actions">
      {isHeld ? (
        <Action act={act("resume")} unless={isGoing}>
          Resume
        </Action>
      ) : (
        <Action act={act("pause")} unless={isGoing}>
          Pause
        </Action>
      )}
      <Action act={act("stop")} unless={isGoing}>
        Stop
      </Action>
      <Action
        act={act("restart", { onlyFailed: true })}
        unless={isGoing ?? (failed ? undefined : "Nothing of it has failed.")}
      >
        Restart failed
      </Action>
      <Action
        class="danger"
        act={async () => {
          setDeleting(true);
        }}
      >
        Delete…
      </Action>
      {deleting && <DeleteDialog mirror={mirror} close={() => setDeleting(false)} />}
    </div>
  );
}
