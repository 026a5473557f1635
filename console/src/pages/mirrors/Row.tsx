import type { MirrorSummary } from "../../api/types";
import { Ago } from "../../parts/Ago";
import { Behind } from "../../parts/Behind";
import { ARROW, Icon } from "../../parts/Icon";
import { Sparkline } from "../../parts/Sparkline";
import { Status } from "../../parts/Status";
import { BASE } from "../../state/router";
import { count } from "../../words/format";
import { source, worst } from "../../words/status";

/** A mirror in the list: how it is and why, in one line. */
export function Row({ mirror, index }: { mirror: MirrorSummary; index: number }) {
  const { running, total } = mirror.tasks;
  const reason = worst(mirror.reasons);
  return (
    <tr aria-rowindex={index + 2}>
      <td class="state">
        <Status status={mirror.status} />
        <span class="muted">
          for <Ago at={mirror.statusSince} bare />
        </span>
      </td>
      <th scope="row">
        <a class="name" href={`${BASE}/mirrors/${encodeURIComponent(mirror.name)}`}>
          <span>{source(mirror)}</span>
          <Icon path={ARROW} />
          <span>{mirror.targetCluster}</span>
        </a>
        <span class="muted">{mirror.description || mirror.topicsRegex}</span>
      </th>
      <td class="why" title={reason?.message}>
        <span>{reason?.message ?? ""}</span>
      </td>
      <td>
        <Behind mirror={mirror} />
      </td>
      <td class="hour">
        <Sparkline values={mirror.recent?.behind ?? []} target={mirror.targetLatency} />
      </td>
      <td class={`number ${running < total ? "tone-bad" : ""}`} data-label="tasks">
        {total === 0 ? "–" : `${running}/${total}`}
      </td>
      <td class="number" data-label="topics">
        {count(mirror.topics)}
      </td>
    </tr>
  );
}
