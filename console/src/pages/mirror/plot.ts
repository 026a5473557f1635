import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Change, Point } from "../../api/types";
import { duration } from "../../words/format";
import { tone } from "../../words/status";
import { longestStep, stretches } from "./stretches";

const HEIGHT = 280;
// The band of statuses lies between the plot and the times below it.
const BAND = 8;
const BAND_GAP = 4;
// A label of the latencies is 12 px high.
const BETWEEN_LATENCIES = 14;
// Below so many ms the scale is even, above it each power of ten takes as much: 21 ms and 4 min both show.
const EVEN_BELOW_MS = 100;
const TICKS = [0, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 86_400_000];

// Labels tell seconds at the finest: what is between would be the same label twice.
const STEPS_S = [1, 5, 10, 15, 30];
const STEPS = [
  ...STEPS_S,
  ...STEPS_S.map((one) => one * 60),
  ...[1, 2, 3, 6, 12, 24, 48, 96].map((one) => one * 3_600),
];
const LEAST_ZOOM_S = 10;
// The time with its seconds is 56 px wide.
const BETWEEN_TIMES = 72;

/** What of the time is shown, in s. */
export interface Zoom {
  from: number;
  to: number;
}

/** What a chart shows; another one with each refresh. */
export interface Shown {
  points: readonly Point[];
  target: number;
  marks: readonly Change[];
}

type Colour = (name: string) => string;

/**
 * A chart in `host` of what `shown` holds when it is drawn; `hover` learns which point the pointer is at,
 * `show` what is zoomed to.
 */
export function draw(
  host: HTMLElement,
  shown: { readonly current: Shown },
  zoom: Zoom | undefined,
  hover: (index: number | undefined) => void,
  show: (zoom: Zoom | undefined) => void,
): uPlot {
  const colour = coloursOf(host);
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line") }, ticks: { show: false } };
  const gaps = gapsOf(shown);
  const options: uPlot.Options = {
    width: host.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    scales: {
      x: zoom ? { min: zoom.from, max: zoom.to } : {},
      y: {
        distr: 4,
        asinh: EVEN_BELOW_MS,
        range: (_, __, max) => [0, Math.max(max, shown.current.target) * 1.6],
      },
    },
    axes: [
      {
        ...axis,
        gap: 2 * BAND_GAP + BAND,
        space: BETWEEN_TIMES,
        incrs: STEPS,
        values: (_, splits, __, ___, step) => times(splits, step),
      },
      {
        ...axis,
        size: 62,
        splits: (self) => TICKS.filter((one) => one <= (self.scales.y?.max ?? 0)),
        filter: apart,
        values: (_, splits) => splits.map((one) => (one === null ? "" : one === 0 ? "0" : duration(one))),
      },
    ],
    series: [
      {},
      { stroke: colour("--chart-behind"), fill: colour("--chart-fill"), width: 1, gaps },
      { stroke: colour("--chart-max"), width: 1, gaps },
      { stroke: colour("--chart-average"), width: 2, gaps },
    ],
    hooks: {
      draw: [(self) => decorate(self, shown.current, colour)],
      setScale: [(self, key) => key === "x" && show(zoomOf(self))],
      setCursor: [(self) => hover(self.cursor.idx ?? undefined)],
    },
  };
  return new uPlot(options, dataOf(shown.current.points), host);
}

/** Show newer points in the same chart, at the same zoom: whoever reads or presses it is not disturbed. */
export function update(plot: uPlot, points: readonly Point[], zoom: Zoom | undefined): void {
  plot.setData(dataOf(points), zoom === undefined);
  if (zoom) plot.setScale("x", { min: zoom.from, max: zoom.to });
}

/** The latencies whose labels have room above the one below. */
function apart(self: uPlot, splits: number[]): (number | null)[] {
  let last = Number.POSITIVE_INFINITY;
  return splits.map((one) => {
    const at = self.valToPos(one, "y");
    if (last - at < BETWEEN_LATENCIES) return null;
    last = at;
    return one;
  });
}

/** Show `factor` times what is shown, around a point; Infinity shows all. */
export function zoomed(plot: uPlot | undefined, factor: number, at: number | undefined): void {
  const times = plot?.data[0];
  const [first, last] = [times?.[0], times?.at(-1)];
  if (!plot || first === undefined || last === undefined) return;
  const { min = first, max = last } = plot.scales.x ?? {};
  const half = Math.max((max - min) * factor, LEAST_ZOOM_S) / 2;
  const middle = (at === undefined ? undefined : times?.[at]) ?? (min + max) / 2;
  plot.setScale("x", { min: Math.max(first, middle - half), max: Math.min(last, middle + half) });
}

/** Show this much; undefined shows all. */
export function zoomTo(plot: uPlot, zoom: Zoom | undefined): void {
  const now = zoomOf(plot);
  if (now?.from === zoom?.from && now?.to === zoom?.to) return;
  if (zoom) plot.setScale("x", { min: zoom.from, max: zoom.to });
  else zoomed(plot, Number.POSITIVE_INFINITY, undefined);
}

/** What is shown, in whole seconds; undefined where that is all. */
function zoomOf(plot: uPlot): Zoom | undefined {
  const times = plot.data[0];
  const { min, max } = plot.scales.x ?? {};
  const [first, last] = [times[0], times.at(-1)];
  if (min == null || max == null || first === undefined || last === undefined) return undefined;
  return min <= first && max >= last ? undefined : { from: Math.floor(min), to: Math.ceil(max) };
}

/** What breaks a line: no figure, or no sample for longer than samples are apart. */
function gapsOf(shown: { readonly current: Shown }): NonNullable<uPlot.Series["gaps"]> {
  return (self, _, first, last, unknown) => {
    const most = longestStep(shown.current.points) / 1_000;
    const times = self.data[0].slice(first, last + 1);
    const found = unknown.slice();
    for (const [index, at] of times.entries()) {
      const next = times[index + 1];
      if (next !== undefined && next - at > most)
        found.push([self.valToPos(at, "x", true), self.valToPos(next, "x", true)]);
    }
    return found.sort(([a], [b]) => a - b);
  };
}

const SECONDS = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** The clock, with seconds where the steps are that short, and the day at midnight. */
function times(splits: readonly number[], step: number): string[] {
  return splits.map((one) => {
    const at = new Date(one * 1_000);
    const isMidnight = at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0;
    return (isMidnight ? DAY : step < 60 ? SECONDS : CLOCK).format(at);
  });
}

function dataOf(points: readonly Point[]): uPlot.AlignedData {
  return [
    points.map((one) => Date.parse(one.at) / 1_000),
    points.map((one) => one.behind),
    points.map((one) => one.max),
    points.map((one) => one.average),
  ];
}

/** The target's line, the band of statuses below the plot, and a mark for each change. */
function decorate(self: uPlot, { points, target, marks }: Shown, colour: Colour): void {
  const { ctx, bbox } = self;
  const x = (ms: number) =>
    Math.min(bbox.left + bbox.width, Math.max(bbox.left, self.valToPos(ms / 1_000, "x", true)));
  const band = BAND * devicePixelRatio;
  const foot = bbox.top + bbox.height + BAND_GAP * devicePixelRatio;
  ctx.save();
  for (const one of stretches(points)) {
    ctx.fillStyle = colour(`--${tone(one.status)}`);
    ctx.fillRect(x(one.from), foot, Math.max(1, x(one.to) - x(one.from)), band);
  }
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  line(ctx, colour("--bad"), bbox.left, self.valToPos(target, "y", true), bbox.width, 0);
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const one of marks) {
    const at = Date.parse(one.at);
    const isShown = at / 1_000 >= (self.scales.x?.min ?? 0) && at / 1_000 <= (self.scales.x?.max ?? 0);
    if (isShown) line(ctx, colour("--accent"), x(at), bbox.top, 0, bbox.height);
  }
  ctx.restore();
}

function line(
  ctx: CanvasRenderingContext2D,
  stroke: string,
  x: number,
  y: number,
  dx: number,
  dy: number,
): void {
  ctx.strokeStyle = stroke;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + dx, y + dy);
  ctx.stroke();
}

/** A token's colour as a canvas takes it: the browser resolves it on an element. */
function coloursOf(host: HTMLElement): Colour {
  const known = new Map<string, string>();
  return (name) => {
    if (!known.has(name)) {
      const before = host.style.color;
      host.style.color = `var(${name})`;
      known.set(name, getComputedStyle(host).color);
      host.style.color = before;
    }
    return known.get(name) ?? "";
  };
}
