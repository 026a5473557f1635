import { useState } from "preact/hooks";
import { ApiError, write } from "../../api/client";
import type { Cluster, ClusterRequest } from "../../api/types";
import { Action } from "../../parts/Action";
import { Dialog } from "../../parts/Dialog";
import { Field } from "../../parts/Field";
import { list } from "./list";

/** Registers a Kafka cluster, or registers it anew: the API asks the cluster before it keeps anything. */
export function ClusterDialog({ known, close }: { known: Cluster | undefined; close: () => void }) {
  const [name, setName] = useState(known?.name ?? "");
  const [servers, setServers] = useState(known?.bootstrapServers.join("\n") ?? "");
  const [privates, setPrivates] = useState(known?.privateBootstrapServers.join("\n") ?? "");
  const [properties, setProperties] = useState("");
  const [refused, setRefused] = useState<ApiError>();
  const of = (field: string) =>
    refused?.fields.filter((one) => one.field.startsWith(field)).map((one) => one.message) ?? [];
  const save = async () => {
    const body: ClusterRequest = { bootstrapServers: list(servers) };
    if (privates.trim()) body.privateBootstrapServers = list(privates);
    if (properties.trim()) body.connectionProperties = properties;
    if (known?.description) body.description = known.description;
    if (known) body.tags = known.tags;
    try {
      await write(
        "PUT",
        "/clusters/{name}",
        [name],
        body,
        known ? { "if-match": `"${known.revision}"` } : {},
      );
      close();
    } catch (error) {
      if (error instanceof ApiError) setRefused(error);
      throw error;
    }
  };
  return (
    <Dialog title={known ? `Register ${known.name} anew` : "Register a Kafka cluster"} close={close}>
      {!known && (
        <Field label="Name" problems={of("name")}>
          {(ids) => <input {...ids} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
      )}
      <Field label="Bootstrap servers" hint="host:port, one a line." problems={of("bootstrapServers")}>
        {(ids) => (
          <textarea
            {...ids}
            class="mono"
            rows={3}
            value={servers}
            onInput={(event) => setServers(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field
        label="Private bootstrap servers"
        hint="For mirrors that read inside the network."
        problems={of("privateBootstrapServers")}
      >
        {(ids) => (
          <textarea
            {...ids}
            class="mono"
            rows={2}
            value={privates}
            onInput={(event) => setPrivates(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field
        label="Connection properties"
        hint={
          known
            ? "They are never shown again: give them all, since what is left out is empty from then on."
            : "security.protocol, sasl.* and ssl.*, as in a Java consumer's file; kept as a secret."
        }
        problems={of("connectionProperties")}
      >
        {(ids) => (
          <textarea
            {...ids}
            class="mono"
            rows={6}
            spellcheck={false}
            placeholder={"security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.jaas.config=…"}
            value={properties}
            onInput={(event) => setProperties(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="buttons">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <Action
          class="primary"
          act={save}
          unless={name && servers.trim() ? undefined : "Give a name and servers."}
        >
          Check and register
        </Action>
      </div>
    </Dialog>
  );
}
