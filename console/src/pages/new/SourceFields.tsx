import { Field } from "../../parts/Field";
import { draft, type } from "./draft";
import { problemsOf } from "./preview";

/** Where records come from: a registered cluster, or one by its properties. */
export function SourceFields({ clusters }: { clusters: readonly string[] }) {
  const one = draft.value;
  return (
    <>
      <fieldset class="choice">
        <legend>Source</legend>
        <label>
          <input
            type="radio"
            name="kind"
            checked={one.kind === "managed"}
            onChange={() => type({ kind: "managed" })}
          />
          A registered cluster
        </label>
        <label>
          <input
            type="radio"
            name="kind"
            checked={one.kind === "external"}
            onChange={() => type({ kind: "external" })}
          />
          Another, by its properties
        </label>
      </fieldset>
      {one.kind === "managed" ? <Managed clusters={clusters} /> : <External />}
      <Field
        label="Alias"
        hint={
          one.kind === "managed"
            ? "What the source is called on the target; its own name if left empty."
            : "What the source is called on the target."
        }
        problems={problemsOf("sourceCluster.alias")}
      >
        {(ids) => (
          <input {...ids} value={one.alias} onInput={(event) => type({ alias: event.currentTarget.value })} />
        )}
      </Field>
    </>
  );
}

function Managed({ clusters }: { clusters: readonly string[] }) {
  const one = draft.value;
  return (
    <>
      <Field label="Source cluster" problems={problemsOf("sourceCluster.managedCluster")}>
        {(ids) => (
          <select
            {...ids}
            value={one.source}
            onChange={(event) => type({ source: event.currentTarget.value })}
          >
            <option value="">Choose…</option>
            {clusters.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <label class="check">
        <input
          type="checkbox"
          checked={one.usePrivateIps}
          onChange={(event) => type({ usePrivateIps: event.currentTarget.checked })}
        />
        Read by its private servers
      </label>
    </>
  );
}

function External() {
  return (
    <Field
      label="Connection properties"
      hint="As a Java consumer's file, at least bootstrap.servers. Never stored in this browser."
      problems={problemsOf("sourceCluster.externalCluster")}
    >
      {(ids) => (
        <textarea
          {...ids}
          class="mono"
          rows={5}
          spellcheck={false}
          value={draft.value.external}
          onInput={(event) => type({ external: event.currentTarget.value })}
        />
      )}
    </Field>
  );
}
