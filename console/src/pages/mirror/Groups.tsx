import type { Group, Mirror } from "../../api/types";
import { Scroll } from "../../parts/Scroll";
import { count, measured } from "../../words/format";

const TONES: Record<string, string> = {
  TRANSLATED: "good",
  PARTLY_TRANSLATED: "warn",
  PENDING: "moving",
  NOT_TRANSLATED: "bad",
};

/** The consumer groups that could move to the target, and where each would go on. */
export function Groups({ mirror }: { mirror: Mirror }) {
  if (!mirror.syncGroupOffsets) return null;
  return (
    <section class="panel" aria-labelledby="groups">
      <header>
        <h2 id="groups">Consumer groups</h2>
        <span class="muted">{count(mirror.groupsTotal)} match</span>
      </header>
      {mirror.groups.length === 0 ? (
        <p class="body muted">No group matches {mirror.groupsRegex}, or none has been read yet.</p>
      ) : (
        <Scroll label="Consumer groups">
          <table class="rows">
            <thead>
              <tr>
                <th scope="col">Group</th>
                <th scope="col">State</th>
                <th scope="col">Why</th>
                <th scope="col" class="number">
                  Translated
                </th>
                <th scope="col" class="number">
                  Age
                </th>
              </tr>
            </thead>
            <tbody>
              {mirror.groups.map((one) => (
                <Line key={one.name} group={one} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}

function Line({ group }: { group: Group }) {
  const translated = group.offsets.filter((one) => one.target !== null).length;
  return (
    <tr>
      <th scope="row">{group.name}</th>
      <td>
        <span class={`state tone-${TONES[group.state] ?? "unknown"}`}>{group.state}</span>
      </td>
      <td title={group.reason?.action}>
        {group.reason ? `${group.reason.message} ${group.reason.action}` : ""}
      </td>
      <td class="number">
        {translated}/{group.offsets.length}
      </td>
      <td class="number">{measured(group.age)}</td>
    </tr>
  );
}
