import { useState } from "preact/hooks";
import { get } from "../../api/client";
import type { Change, Mirror, Point } from "../../api/types";
import { Region } from "../../parts/Region";
import { useResource } from "../../state/resource";
import { place, remember } from "../../state/router";
import { Chart } from "./Chart";
import { PointTable } from "./PointTable";
import type { Zoom } from "./plot";
import { TimeInStatus } from "./TimeInStatus";

const HOUR_MS = 3_600_000;
const SPANS: Record<string, [string, number]> = {
  "1h": ["1 h", HOUR_MS],
  "24h": ["24 h", 24 * HOUR_MS],
  "15d": ["15 d", 15 * 24 * HOUR_MS],
};
const USUAL = "24h";

/** How late the mirror was, beside its target, with what people changed meanwhile. */
export function History({ mirror, changes }: { mirror: Mirror; changes: readonly Change[] }) {
  const chosen = place.value.query.get("span") ?? USUAL;
  const [, length] = SPANS[chosen] ?? [USUAL, 24 * HOUR_MS];
  const points = useResource(`latency ${mirror.name} ${chosen}`, (signal) => {
    const from = new Date(Date.now() - length).toISOString();
    return get("/mirrors/{name}/latency", [mirror.name], { from }, signal);
  });
  return (
    <section class="panel" aria-labelledby="history">
      <header>
        <h2 id="history">Latency</h2>
        <fieldset class="end segments">
          <legend class="hidden">Time span</legend>
          {Object.entries(SPANS).map(([key, [words]]) => (
            <button
              key={key}
              type="button"
              aria-pressed={key === chosen}
              onClick={() => remember({ span: key, zoom: undefined })}
            >
              {words}
            </button>
          ))}
        </fieldset>
      </header>
      <div class="body">
        <Region resource={points} height={380}>
          {(list) =>
            list.points.length === 0 ? (
              <p class="muted chart">Not sampled in this time.</p>
            ) : (
              <>
                <Chart
                  points={list.points}
                  target={mirror.targetLatency}
                  changes={changes}
                  zoom={zoomIn(list.points)}
                  setZoom={(zoom) => remember({ zoom: zoom && `${zoom.from}-${zoom.to}` })}
                />
                <TimeInStatus points={list.points} />
                <AsTable points={list.points} />
              </>
            )
          }
        </Region>
      </div>
    </section>
  );
}

/** What the URL zooms to, where any of the points is in it. */
function zoomIn(points: readonly Point[]): Zoom | undefined {
  const [from = Number.NaN, to = Number.NaN] = (place.value.query.get("zoom") ?? "").split("-").map(Number);
  const isSeen = points.some((one) => Date.parse(one.at) >= from * 1_000 && Date.parse(one.at) <= to * 1_000);
  return from < to && isSeen ? { from, to } : undefined;
}

function AsTable({ points }: { points: readonly Point[] }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="muted">The same as a table</summary>
      {open && <PointTable points={points} />}
    </details>
  );
}
