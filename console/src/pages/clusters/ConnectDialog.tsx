import { useState } from "preact/hooks";
import { ApiError, write } from "../../api/client";
import type { ConnectCluster, ConnectClusterRequest } from "../../api/types";
import { Action } from "../../parts/Action";
import { Dialog } from "../../parts/Dialog";
import { Field } from "../../parts/Field";
import { list } from "./list";

interface Props {
  known: ConnectCluster | undefined;
  targets: readonly string[];
  close: () => void;
}

/** Registers a Connect cluster, or registers it anew; its password is never shown again. */
export function ConnectDialog({ known, targets, close }: Props) {
  const [name, setName] = useState(known?.name ?? "");
  const [urls, setUrls] = useState(known?.urls.join("\n") ?? "");
  const [target, setTarget] = useState(known?.kafkaCluster ?? "");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [provider, setProvider] = useState(known?.configProvider ?? "");
  const [refused, setRefused] = useState<ApiError>();
  const of = (field: string) =>
    refused?.fields.filter((one) => one.field.startsWith(field)).map((one) => one.message) ?? [];
  const save = async () => {
    const body: ConnectClusterRequest = { urls: list(urls), kafkaCluster: target };
    if (username) Object.assign(body, { username, password });
    if (provider) body.configProvider = provider;
    if (known) body.offsetFlushMs = known.offsetFlushMs;
    try {
      await write(
        "PUT",
        "/connect-clusters/{name}",
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
  const missing = name && urls.trim() && target ? undefined : "Give a name, an address and a target.";
  return (
    <Dialog title={known ? `Register ${known.name} anew` : "Register a Connect cluster"} close={close}>
      {!known && (
        <Field label="Name" problems={of("name")}>
          {(ids) => <input {...ids} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
      )}
      <Field label="Workers' addresses" hint="http://host:8083 of some, one a line." problems={of("urls")}>
        {(ids) => (
          <textarea
            {...ids}
            class="mono"
            rows={2}
            value={urls}
            onInput={(event) => setUrls(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field
        label="Writes to"
        hint="The Kafka cluster that the workers work on."
        problems={of("kafkaCluster")}
      >
        {(ids) => (
          <select {...ids} value={target} onChange={(event) => setTarget(event.currentTarget.value)}>
            <option value="">Choose…</option>
            {targets.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label="User name" hint="For basic authentication; empty for none." problems={of("username")}>
        {(ids) => (
          <input
            {...ids}
            autocomplete="off"
            value={username}
            onInput={(event) => setUsername(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Password" problems={of("password")}>
        {(ids) => (
          <input
            {...ids}
            type="password"
            autocomplete="new-password"
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field
        label="Config provider"
        hint="One of the workers' own: with it connectors hold no secret."
        problems={of("configProvider")}
      >
        {(ids) => (
          <input {...ids} value={provider} onInput={(event) => setProvider(event.currentTarget.value)} />
        )}
      </Field>
      <div class="buttons">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <Action class="primary" act={save} unless={missing}>
          Check and register
        </Action>
      </div>
    </Dialog>
  );
}
