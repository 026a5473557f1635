import { useState } from "preact/hooks";
import { ApiError, write } from "../../api/client";
import type { Mirror } from "../../api/types";
import { Action } from "../../parts/Action";
import { Icon, PENCIL } from "../../parts/Icon";
import { noWrite } from "../../state/session";
import { count, duration, many } from "../../words/format";

const LEAST_MS = 1_000;

/**
 * What is typed, and the mirror's version when it was begun: what a refresh brings is not what was seen.
 * No version once the API said that there is a newer one: saving again means the one that is shown then.
 */
interface Edit {
  typed: string;
  version: number | undefined;
}

/** The target latency, edited where it stands, with what the new value would judge differently. */
export function TargetLatency({ mirror }: { mirror: Mirror }) {
  const [edit, setEdit] = useState<Edit>();
  const end = () => setEdit(undefined);
  if (edit === undefined) {
    return (
      <span id="target-latency" class="editable">
        {duration(mirror.targetLatency)}
        <button
          type="button"
          class="quiet icon-only"
          aria-label="Change the target latency"
          aria-disabled={!!noWrite.value}
          title={noWrite.value ?? "Change the target latency"}
          onClick={() =>
            !noWrite.value && setEdit({ typed: String(mirror.targetLatency), version: mirror.version })
          }
        >
          <Icon path={PENCIL} />
        </button>
      </span>
    );
  }
  const wanted = Number(edit.typed);
  const save = async () => {
    try {
      await write(
        "PUT",
        "/mirrors/{name}/target-latency",
        [mirror.name],
        { targetLatency: wanted },
        { "if-match": `"${edit.version ?? mirror.version}"` },
      );
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) setEdit({ ...edit, version: undefined });
      throw error;
    }
    end();
  };
  const wrong = Number.isInteger(wanted) && wanted >= LEAST_MS ? undefined : `At least ${LEAST_MS} whole ms.`;
  return (
    <form
      id="target-latency"
      class="editing"
      onSubmit={(event) => event.preventDefault()}
      onKeyDown={(event) => event.key === "Escape" && end()}
    >
      <label>
        <span class="hidden">Target latency in ms</span>
        <input
          ref={focusFirst}
          type="number"
          min={LEAST_MS}
          step={1000}
          value={edit.typed}
          onInput={(event) => setEdit({ ...edit, typed: event.currentTarget.value })}
        />
      </label>{" "}
      ms
      <Action class="primary" act={save} unless={wrong}>
        Save
      </Action>
      <button type="button" onClick={end}>
        Cancel
      </button>
      <span class="muted" role="status">
        {wrong ?? whatIf(mirror, wanted)}
      </span>
    </form>
  );
}

/** The button that opened the form is gone, and the focus with it. */
function focusFirst(input: HTMLInputElement | null): void {
  if (document.activeElement === document.body) input?.focus();
}

/** What the last sample would be judged at another target. */
function whatIf(mirror: Mirror, target: number): string {
  const late = mirror.mirroredTopics.filter(
    (one) => Math.max(one.behind ?? 0, one.averageLatency ?? 0) > target,
  );
  const of = many(mirror.mirroredTopics.length, "topic");
  return late.length === 0
    ? `At ${duration(target)} none of ${of} would be above it now.`
    : `At ${duration(target)} ${count(late.length)} of ${of} would be above it now.`;
}
