import { useState } from "preact/hooks";
import type { Cluster, ClusterRequest } from "../../api/types";
import { LinesField } from "./LinesField";
import { list } from "./list";
import { RegistrationDialog } from "./RegistrationDialog";
import { useRegistration } from "./registration";

/** Registers a Kafka cluster, or registers it anew: the API asks the cluster before it keeps anything. */
export function ClusterDialog({ known, close }: { known: Cluster | undefined; close: () => void }) {
  const [name, setName] = useState(known?.name ?? "");
  const [servers, setServers] = useState(known?.bootstrapServers.join("\n") ?? "");
  const [privates, setPrivates] = useState(known?.privateBootstrapServers.join("\n") ?? "");
  const [properties, setProperties] = useState("");
  const { problems, register } = useRegistration("/clusters/{name}", known, close);
  const save = async () => {
    const body: ClusterRequest = { bootstrapServers: list(servers) };
    if (privates.trim()) body.privateBootstrapServers = list(privates);
    if (properties.trim()) body.connectionProperties = properties;
    if (known?.description) body.description = known.description;
    if (known) body.tags = known.tags;
    await register(name, body);
  };
  return (
    <RegistrationDialog
      kind="Kafka cluster"
      known={known}
      name={name}
      setName={setName}
      problems={problems("name")}
      save={save}
      unless={name && servers.trim() ? undefined : "Give a name and servers."}
      close={close}
    >
      <LinesField
        label="Bootstrap servers"
        hint="host:port, one a line."
        problems={problems("bootstrapServers")}
        rows={3}
        value={servers}
        type={setServers}
      />
      <LinesField
        label="Private bootstrap servers"
        hint="For mirrors that read inside the network."
        problems={problems("privateBootstrapServers")}
        rows={2}
        value={privates}
        type={setPrivates}
      />
      <LinesField
        label="Connection properties"
        hint={
          known
            ? "They are never shown again: give them all, since what is left out is empty from then on."
            : "security.protocol, sasl.* and ssl.*, as in a Java consumer's file; kept as a secret."
        }
        problems={problems("connectionProperties")}
        rows={6}
        spellcheck={false}
        placeholder={"security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.jaas.config=…"}
        value={properties}
        type={setProperties}
      />
    </RegistrationDialog>
  );
}
