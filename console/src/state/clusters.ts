import { get } from "../api/client";
import { everyRow } from "../api/pages";
import type { Cluster, ConnectCluster } from "../api/types";
import { type Resource, useResource } from "./resource";

/** Every registered Kafka cluster, by name. */
export function useClusters(): Resource<Cluster[]> {
  return useResource("clusters", (signal, show) =>
    everyRow(
      (page) => get("/clusters", [], { ...page }, signal),
      (page) => page.clusters,
      show,
    ),
  );
}

/** Every registered Connect cluster, by name. */
export function useConnectClusters(): Resource<ConnectCluster[]> {
  return useResource("connects", (signal, show) =>
    everyRow(
      (page) => get("/connect-clusters", [], { ...page }, signal),
      (page) => page.connectClusters,
      show,
    ),
  );
}
