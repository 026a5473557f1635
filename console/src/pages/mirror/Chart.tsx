import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import type { Change, Point } from "../../api/types";
import { theme } from "../../state/theme";
import { duration, measured, utc } from "../../words/format";
import { draw, type Shown, update, type Zoom, zoomed, zoomTo } from "./plot";

interface Props {
  points: readonly Point[];
  target: number;
  changes: readonly Change[];
  zoom: Zoom | undefined;
  setZoom: (zoom: Zoom | undefined) => void;
}

/** Average, max and behind over time; dragged or + and - to zoom, arrows to read it point by point. */
export function Chart({ points, target, changes, zoom, setZoom }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const [at, setAt] = useState<number>();
  const marks = useMemo(() => changes.filter((one) => one.kind !== "status"), [changes]);
  const shown = useRef<Shown>({ points, target, marks });
  shown.current = { points, target, marks };
  useEffect(() => {
    if (!host.current) return;
    const drawn = draw(host.current, shown, zoom, setAt, setZoom);
    plot.current = drawn;
    const fit = new ResizeObserver(([entry]) => {
      if (entry) drawn.setSize({ width: entry.contentRect.width, height: drawn.height });
    });
    fit.observe(host.current);
    return () => {
      fit.disconnect();
      drawn.destroy();
    };
  }, [theme.value]);
  useEffect(() => {
    if (plot.current) update(plot.current, points, zoom);
  }, [points, target, marks]);
  useEffect(() => {
    if (plot.current) zoomTo(plot.current, zoom);
  }, [zoom?.from, zoom?.to]);
  const read = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      const next = Math.min(points.length - 1, Math.max(0, (at ?? points.length) + step));
      setAt(next);
      plot.current?.setCursor({ left: plot.current.valToPos(seconds(points[next]), "x"), top: 20 });
    } else if (event.key === "+" || event.key === "-") zoomed(plot.current, event.key === "+" ? 0.5 : 2, at);
    else if (event.key === "0") zoomed(plot.current, Number.POSITIVE_INFINITY, at);
    else return;
    event.preventDefault();
  };
  const one = at === undefined ? points.at(-1) : points[at];
  return (
    <figure class="chart">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is read with the arrow keys */}
      <div ref={host} class="plot" tabIndex={0} role="img" aria-label={LABEL} onKeyDown={read} />
      <figcaption>
        <Key tone="average" name="average" value={one?.average} />
        <Key tone="max" name="max" value={one?.max} />
        <Key tone="behind" name="behind" value={one?.behind} />
        <span class="muted">
          <i class="key target" /> target {duration(target)}
        </span>
        <output class="muted" aria-live="polite">
          {one && `${utc(one.at)} · ${one.status}`}
        </output>
        <span class="zoom">
          <button
            type="button"
            class="quiet"
            onClick={() => zoomed(plot.current, 0.5, at)}
            aria-label="Zoom in"
          >
            +
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => zoomed(plot.current, 2, at)}
            aria-label="Zoom out"
          >
            −
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => zoomed(plot.current, Number.POSITIVE_INFINITY, at)}
          >
            All
          </button>
        </span>
      </figcaption>
    </figure>
  );
}

const LABEL =
  "Latency over time. Arrow keys read it point by point, + and - zoom, 0 shows all; a table follows.";

function Key({ tone, name, value }: { tone: string; name: string; value: number | null | undefined }) {
  return (
    <span>
      <i class={`key ${tone}`} /> {name} <b>{measured(value)}</b>
    </span>
  );
}

function seconds(point: Point | undefined): number {
  return point ? Date.parse(point.at) / 1_000 : 0;
}
