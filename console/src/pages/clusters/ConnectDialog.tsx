import { useState } from "preact/hooks";
import type { ConnectCluster, ConnectClusterRequest } from "../../api/types";
import { Field } from "../../parts/Field";
import { LinesField } from "./LinesField";
import { list } from "./list";
import { RegistrationDialog } from "./RegistrationDialog";
import { useRegistration } from "./registration";

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
  const [certificate, setCertificate] = useState(known?.caCertificate ?? "");
  const [provider, setProvider] = useState(known?.configProvider ?? "");
  const { problems, register } = useRegistration("/connect-clusters/{name}", known, close);
  const save = async () => {
    const body: ConnectClusterRequest = { urls: list(urls), kafkaCluster: target };
    if (username) Object.assign(body, { username, password });
    if (certificate.trim()) body.caCertificate = certificate;
    if (provider) body.configProvider = provider;
    if (known) body.offsetFlushMs = known.offsetFlushMs;
    await register(name, body);
  };
  const isHalf = Boolean(username) !== Boolean(password);
  const missing = isHalf
    ? "Give user name and password, or neither."
    : "Give a name, an address and a target.";
  const isWhole = !isHalf && name && urls.trim() && target;
  return (
    <RegistrationDialog
      kind="Connect cluster"
      known={known}
      name={name}
      setName={setName}
      problems={problems("name")}
      save={save}
      unless={isWhole ? undefined : missing}
      close={close}
    >
      <LinesField
        label="Workers' addresses"
        hint="http://host:8083 of some, one a line."
        problems={problems("urls")}
        rows={2}
        value={urls}
        type={setUrls}
      />
      <Field
        label="Writes to"
        hint="The Kafka cluster that the workers work on."
        problems={problems("kafkaCluster")}
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
      <Field
        label="User name"
        hint={
          known
            ? "Never shown again, nor is the password: give both anew, or the workers are asked without."
            : "For basic authentication; empty for none."
        }
        problems={problems("username")}
      >
        {(ids) => (
          <input
            {...ids}
            autocomplete="off"
            value={username}
            onInput={(event) => setUsername(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Password" problems={problems("password")}>
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
      <LinesField
        label="CA certificate"
        hint="In PEM, for https with a CA of your own."
        problems={problems("caCertificate")}
        rows={3}
        spellcheck={false}
        placeholder="-----BEGIN CERTIFICATE-----"
        value={certificate}
        type={setCertificate}
      />
      <Field
        label="Config provider"
        hint="One of the workers' own: with it connectors hold no secret."
        problems={problems("configProvider")}
      >
        {(ids) => (
          <input {...ids} value={provider} onInput={(event) => setProvider(event.currentTarget.value)} />
        )}
      </Field>
    </RegistrationDialog>
  );
}
