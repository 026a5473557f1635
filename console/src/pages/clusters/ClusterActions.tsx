import { write } from "../../api/client";
import { Action } from "../../parts/Action";
import { Ago } from "../../parts/Ago";
import { remember } from "../../state/router";

interface Props {
  kind: "kafka" | "connect";
  path: string;
  cluster: { name: string; updatedAt: string };
  used: string | undefined;
}

/** The last cells of a cluster's row: when it was reached, and what may be done to it. */
export function ClusterActions({ kind, path, cluster, used }: Props) {
  return (
    <>
      <td data-label="Reached">
        <Ago at={cluster.updatedAt} />
      </td>
      <td class="buttons">
        <button type="button" onClick={() => remember({ edit: `${kind}:${cluster.name}` })}>
          Change…
        </button>
        <Action act={() => write("DELETE", path, [cluster.name])} unless={used}>
          Forget
        </Action>
      </td>
    </>
  );
}
