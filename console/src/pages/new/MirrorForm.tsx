import { Field } from "../../parts/Field";
import { useClusters, useConnectClusters } from "../../state/clusters";
import { draft, type } from "./draft";
import { problemsOf } from "./preview";
import { SourceFields } from "./SourceFields";

/** What a mirror is made of; most has a default that is right. */
export function MirrorForm() {
  const one = draft.value;
  const clusters = useClusters();
  const connects = useConnectClusters();
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <SourceFields clusters={clusters.data.value?.map((each) => each.name) ?? []} />
      <Field
        label="Connect cluster"
        hint="It runs the mirror, and writes to the cluster it is beside."
        problems={problemsOf("connectCluster")}
      >
        {(ids) => (
          <select
            {...ids}
            value={one.connectCluster}
            onChange={(event) => type({ connectCluster: event.currentTarget.value })}
          >
            <option value="">Choose…</option>
            {connects.data.value?.map((each) => (
              <option key={each.name} value={each.name}>
                {each.name} → {each.kafkaCluster}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label="Topics"
        hint="A Java pattern for whole names, as orders\..*"
        problems={problemsOf("topicsRegex")}
      >
        {(ids) => (
          <input
            {...ids}
            class="mono"
            value={one.topicsRegex}
            onInput={(event) => type({ topicsRegex: event.currentTarget.value })}
          />
        )}
      </Field>
      <label class="check">
        <input
          type="checkbox"
          checked={one.rename}
          onChange={(event) => type({ rename: event.currentTarget.checked })}
        />
        Put the alias before topic names on the target
      </label>
      <Field
        label="Target latency in ms"
        hint="Above it the mirror is out of sync."
        problems={problemsOf("targetLatency")}
      >
        {(ids) => (
          <input
            {...ids}
            type="number"
            min={1000}
            step={1000}
            value={one.targetLatency}
            onInput={(event) => type({ targetLatency: event.currentTarget.value })}
          />
        )}
      </Field>
      <More />
    </form>
  );
}

function More() {
  const one = draft.value;
  return (
    <details>
      <summary>More settings</summary>
      <Field label="Topics to leave out" hint="One pattern a line." problems={problemsOf("topicsExclude")}>
        {(ids) => (
          <textarea
            {...ids}
            class="mono"
            rows={2}
            value={one.topicsExclude}
            onInput={(event) => type({ topicsExclude: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field
        label="Tasks at most"
        hint="As many as there are workers, if left empty."
        problems={problemsOf("maxTasks")}
      >
        {(ids) => (
          <input
            {...ids}
            type="number"
            min={1}
            value={one.maxTasks}
            onInput={(event) => type({ maxTasks: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label="Start from" problems={problemsOf("startFrom")}>
        {(ids) => (
          <select
            {...ids}
            value={one.startFrom}
            onChange={(event) =>
              type({ startFrom: event.currentTarget.value === "latest" ? "latest" : "earliest" })
            }
          >
            <option value="earliest">the oldest record</option>
            <option value="latest">new records only</option>
          </select>
        )}
      </Field>
      <label class="check">
        <input
          type="checkbox"
          checked={one.syncGroupOffsets}
          onChange={(event) => type({ syncGroupOffsets: event.currentTarget.checked })}
        />
        Translate consumer groups' offsets
      </label>
      {one.syncGroupOffsets && (
        <Field
          label="Consumer groups"
          hint="A Java pattern for whole names."
          problems={problemsOf("groupsRegex")}
        >
          {(ids) => (
            <input
              {...ids}
              class="mono"
              value={one.groupsRegex}
              onInput={(event) => type({ groupsRegex: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
      <Field label="Description" problems={problemsOf("description")}>
        {(ids) => (
          <input
            {...ids}
            value={one.description}
            onInput={(event) => type({ description: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label="Tags" hint="key: value, one a line." problems={problemsOf("tags")}>
        {(ids) => (
          <textarea
            {...ids}
            rows={2}
            value={one.tags}
            onInput={(event) => type({ tags: event.currentTarget.value })}
          />
        )}
      </Field>
    </details>
  );
}
