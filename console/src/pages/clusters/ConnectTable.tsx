import { write } from "../../api/client";
import type { ConnectCluster } from "../../api/types";
import { Action } from "../../parts/Action";
import { Ago } from "../../parts/Ago";
import { Scroll } from "../../parts/Scroll";
import { remember } from "../../state/router";
import { count } from "../../words/format";

export function ConnectTable({ clusters }: { clusters: readonly ConnectCluster[] }) {
  if (clusters.length === 0) return <p class="body muted">None yet: register the one beside the target.</p>;
  return (
    <Scroll label="Connect clusters">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Workers' addresses</th>
            <th scope="col">Writes to</th>
            <th scope="col">Version</th>
            <th scope="col" class="number">
              Workers
            </th>
            <th scope="col">Reads from</th>
            <th scope="col">Reached</th>
            <th scope="col">
              <span class="hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {clusters.map((one) => (
            <tr key={one.name}>
              <th scope="row">
                <b>{one.name}</b>
              </th>
              <td>{one.urls.join(", ")}</td>
              <td>{one.kafkaCluster}</td>
              <td>{one.version}</td>
              <td class="number">{count(one.workers)}</td>
              <td>{one.connectedClusters.join(", ") || "nothing"}</td>
              <td>
                <Ago at={one.updatedAt} />
              </td>
              <td class="buttons">
                <button type="button" onClick={() => remember({ edit: `connect:${one.name}` })}>
                  Change…
                </button>
                <Action
                  act={() => write("DELETE", "/connect-clusters/{name}", [one.name])}
                  unless={one.connectedClusters.length > 0 ? "Mirrors use it." : undefined}
                >
                  Forget
                </Action>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
