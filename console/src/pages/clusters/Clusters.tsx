import { useEffect } from "preact/hooks";
import { Region } from "../../parts/Region";
import { useClusters, useConnectClusters } from "../../state/clusters";
import { place, remember } from "../../state/router";
import { ClusterDialog } from "./ClusterDialog";
import { ConnectDialog } from "./ConnectDialog";
import { ConnectTable } from "./ConnectTable";
import { KafkaTable } from "./KafkaTable";

/** Every registered cluster, what is known of it, and who uses it. */
export function Clusters() {
  const clusters = useClusters();
  const connects = useConnectClusters();
  const edited = place.value.query.get("edit");
  const [kind, name = ""] = edited?.split(":") ?? [];
  const cluster = clusters.data.value?.find((one) => one.name === name);
  const connect = connects.data.value?.find((one) => one.name === name);
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
          {(every) => <KafkaTable clusters={every} />}
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
          {(every) => <ConnectTable clusters={every} />}
        </Region>
      </section>
      {kind === "kafka" && (cluster || !name) && <ClusterDialog key={edited} known={cluster} close={close} />}
      {kind === "connect" && (connect || !name) && (
        <ConnectDialog
          key={edited}
          known={connect}
          targets={clusters.data.value?.map((one) => one.name) ?? []}
          close={close}
        />
      )}
    </section>
  );
}
