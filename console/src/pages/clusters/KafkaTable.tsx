import type { Cluster } from "../../api/types";
import { Scroll } from "../../parts/Scroll";
import { BASE } from "../../state/router";
import { count, many } from "../../words/format";
import { ClusterActions } from "./ClusterActions";

export function KafkaTable({ clusters }: { clusters: readonly Cluster[] }) {
  if (clusters.length === 0)
    return <p class="body muted">None yet: register the source and the target of a mirror.</p>;
  return (
    <Scroll label="Kafka clusters">
      <table class="rows stacked">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Servers</th>
            <th scope="col">Security</th>
            <th scope="col" class="number">
              Brokers
            </th>
            <th scope="col">Used by</th>
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
                <b>{one.name}</b> <span class="muted mono">{one.clusterId}</span>
              </th>
              <td data-label="Servers">{one.bootstrapServers.join(", ")}</td>
              <td data-label="Security">
                {one.securityProtocol} {one.saslMechanism}
              </td>
              <td class="number" data-label="Brokers">
                {count(one.brokers)}
              </td>
              <td data-label="Used by">
                {one.usedByTotal === 0 ? (
                  "nothing"
                ) : (
                  <a href={`${BASE}/?q=${encodeURIComponent(one.name)}`}>{many(one.usedByTotal, "user")}</a>
                )}
              </td>
              <ClusterActions
                kind="kafka"
                path="/clusters/{name}"
                cluster={one}
                used={one.usedByTotal > 0 ? "It is in use." : undefined}
              />
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
