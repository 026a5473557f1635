import { useRef, useState } from "preact/hooks";
import type { MirrorSummary } from "../../api/types";
import { Space } from "../../parts/Space";
import { useWindowed } from "../../parts/windowed";
import { place, withQuery } from "../../state/router";
import { many } from "../../words/format";
import { filterOf, matching, ordered, steady } from "./fleet";
import { Row } from "./Row";
import { useRowHeight } from "./rowHeight";
import { useRowKeys } from "./rowKeys";

type Line = MirrorSummary | string;
const COLUMNS = ["Status", "Mirror", "Why", "Behind", "Last hour", "Tasks", "Topics"];

/** The mirrors as a table of which only what is in sight is drawn; a string begins a group. */
export function List({ mirrors }: { mirrors: readonly MirrorSummary[] }) {
  const [held, setHeld] = useState(false);
  const lines = useLines(mirrors, held);
  const height = useRowHeight();
  const { ref, window } = useWindowed(lines.length, height);
  useRowKeys(ref);
  if (lines.length === 0) return <Nothing />;
  return (
    <table class="list" aria-rowcount={lines.length + 1}>
      <caption class="hidden">Mirrors</caption>
      <thead>
        <tr>
          {COLUMNS.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={ref} onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)}>
        <Space columns={1} height={window.before} />
        {lines.slice(window.first, window.last).map((line, index) =>
          typeof line === "string" ? (
            <tr key={`group ${line}`} class="group">
              <th scope="rowgroup" colSpan={4}>
                {line}
              </th>
            </tr>
          ) : (
            <Row key={line.name} mirror={line} index={window.first + index} />
          ),
        )}
        <Space columns={1} height={window.after} />
      </tbody>
    </table>
  );
}

/** What is listed, in an order that stays as it is while a pointer is over it. */
function useLines(mirrors: readonly MirrorSummary[], held: boolean): Line[] {
  const shown = useRef<{ asked: string; names: string[] }>({ asked: "", names: [] });
  const { query } = place.value;
  const filter = filterOf(query);
  const asked = query.toString();
  const found = matching(mirrors, filter);
  const isSteady = held && shown.current.asked === asked;
  const rows = isSteady ? steady(found, shown.current.names) : ordered(found, filter.order);
  shown.current = { asked, names: rows.map((one) => one.name) };
  return query.get("group") === "connect" ? grouped(rows) : rows;
}

function grouped(rows: readonly MirrorSummary[]): Line[] {
  const groups = new Map<string, MirrorSummary[]>();
  for (const one of rows) groups.set(one.connectCluster, [...(groups.get(one.connectCluster) ?? []), one]);
  return [...groups].flatMap(([name, some]) => [`${name} · ${many(some.length, "mirror")}`, ...some]);
}

function Nothing() {
  return (
    <div class="empty">
      <h2>No mirror matches</h2>
      <p>
        <a class="button" href={withQuery({ status: undefined, q: undefined })}>
          Show all
        </a>
      </p>
    </div>
  );
}
