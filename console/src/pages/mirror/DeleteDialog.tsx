import { useState } from "preact/hooks";
import { write } from "../../api/client";
import type { Mirror } from "../../api/types";
import { Action } from "../../parts/Action";
import { Dialog } from "../../parts/Dialog";
import { go } from "../../state/router";
import { many } from "../../words/format";

/** Deletes a mirror once its name is typed; says what goes and what stays. */
export function DeleteDialog({ mirror, close }: { mirror: Mirror; close: () => void }) {
  const [typed, setTyped] = useState("");
  const remove = async () => {
    await write("DELETE", "/mirrors/{name}", [mirror.name]);
    close();
    go("/");
  };
  const isSure = typed === mirror.name;
  return (
    <Dialog title="Delete this mirror?" close={close}>
      <p>
        {many(mirror.connectors.length, "connector")} of <b>{mirror.name}</b> will be removed from{" "}
        {mirror.connectCluster}, and copying ends. The mirrored topics and their data stay on{" "}
        {mirror.targetCluster}.
      </p>
      <label class="field">
        Type the mirror's name to confirm
        <input
          type="text"
          autocomplete="off"
          value={typed}
          placeholder={mirror.name}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <div class="buttons">
        <button type="button" onClick={close}>
          Keep it
        </button>
        <Action class="danger sure" act={remove} unless={isSure ? undefined : "Type the name first."}>
          Delete
        </Action>
      </div>
    </Dialog>
  );
}
