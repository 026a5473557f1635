import type { ConnectCluster } from "../../api/types";
import { Scroll } from "../../parts/Scroll";
import { count } from "../../words/format";
import { ClusterActions } from "./ClusterActions";

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
              <ClusterActions
                kind="connect"
                path="/connect-clusters/{name}"
                cluster={one}
                used={one.connectedClusters.length > 0 ? "Mirrors use it." : undefined}
              />
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
