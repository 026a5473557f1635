import type { ConnectCluster } from "../../api/types";
import { Scroll } from "../../parts/Scroll";
import { count } from "../../words/format";
import { ClusterActions } from "./ClusterActions";

export function ConnectTable({ clusters }: { clusters: readonly ConnectCluster[] }) {
  if (clusters.length === 0) return <p class="body muted">None yet: register the one beside the target.</p>;
  return (
    <Scroll label="Connect clusters">
      <table class="rows stacked">
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
              <td data-label="Workers' addresses">{one.urls.join(", ")}</td>
              <td data-label="Writes to">{one.kafkaCluster}</td>
              <td data-label="Version">{one.version}</td>
              <td class="number" data-label="Workers">
                {count(one.workers)}
              </td>
              <td data-label="Reads from">{one.connectedClusters.join(", ") || "nothing"}</td>
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
