import { useEffect } from "preact/hooks";
import { get } from "../../api/client";
import { Region } from "../../parts/Region";
import { useResource } from "../../state/resource";
import { place, remember } from "../../state/router";
import { ClusterDialog } from "./ClusterDialog";
import { ConnectDialog } from "./ConnectDialog";
import { ConnectTable } from "./ConnectTable";
import { KafkaTable } from "./KafkaTable";

const PAGE = 200;

/** Every registered cluster, what is known of it, and who uses it. */
export function Clusters() {
  const clusters = useResource("clusters", (signal) => get("/clusters", [], { limit: PAGE }, signal));
  const connects = useResource("connects", (signal) => get("/connect-clusters", [], { limit: PAGE }, signal));
  const edited = place.value.query.get("edit");
  const [kind, name = ""] = edited?.split(":") ?? [];
  const close = () => remember({ edit: undefined });
  useEffect(() => {
    document.title = "Clusters · Lockstep";
  }, []);
  return (
    <section>
      <div class="title">
        <h1>Clusters</h1>
      </div>
      <section class="panel" aria-labelledby="kafka">
        <header>
          <h2 id="kafka">Kafka clusters</h2>
          <button type="button" class="end" onClick={() => remember({ edit: "kafka:" })}>
            Register…
          </button>
        </header>
        <Region resource={clusters} height={200}>
          {(page) => <KafkaTable clusters={page.clusters} />}
        </Region>
      </section>
      <section class="panel" aria-labelledby="connect">
        <header>
          <h2 id="connect">Connect clusters</h2>
          <button type="button" class="end" onClick={() => remember({ edit: "connect:" })}>
            Register…
          </button>
        </header>
        <Region resource={connects} height={200}>
          {(page) => <ConnectTable clusters={page.connectClusters} />}
        </Region>
      </section>
      {kind === "kafka" && (
        <ClusterDialog
          key={edited}
          known={clusters.data.value?.clusters.find((one) => one.name === name)}
          close={close}
        />
      )}
      {kind === "connect" && (
        <ConnectDialog
          key={edited}
          known={connects.data.value?.connectClusters.find((one) => one.name === name)}
          targets={clusters.data.value?.clusters.map((one) => one.name) ?? []}
          close={close}
        />
      )}
    </section>
  );
}
