import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Change, Point } from "../../api/types";
import { duration } from "../../words/format";
import { tone } from "../../words/status";
import { stretches } from "./stretches";

const HEIGHT = 280;
const BAND = 8;
// Below so many ms the scale is even, above it each power of ten takes as much: 21 ms and 4 min both show.
const EVEN_BELOW_MS = 100;
const TICKS = [0, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 86_400_000];

type Colour = (name: string) => string;

/** A chart of the points in `host`; `hover` learns which point the pointer is at. */
export function draw(
  host: HTMLElement,
  points: readonly Point[],
  target: number,
  marks: readonly Change[],
  hover: (index: number | undefined) => void,
): uPlot {
  const colour = coloursOf(host);
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line") }, ticks: { show: false } };
  const options: uPlot.Options = {
    width: host.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    scales: {
      y: { distr: 4, asinh: EVEN_BELOW_MS, range: (_, __, max) => [0, Math.max(max, target) * 1.6] },
    },
    axes: [
      { ...axis, values: (self, splits) => times(self, splits) },
      {
        ...axis,
        size: 62,
        splits: (self) => TICKS.filter((one) => one <= (self.scales.y?.max ?? 0)),
        filter: (_, splits) => splits,
        values: (_, splits) => splits.map((one) => (one === 0 ? "0" : duration(one))),
      },
    ],
    series: [
      {},
      { stroke: colour("--chart-behind"), fill: colour("--chart-fill"), width: 1 },
      { stroke: colour("--chart-max"), width: 1 },
      { stroke: colour("--chart-average"), width: 2 },
    ],
    hooks: {
      draw: [(self) => decorate(self, points, target, marks, colour)],
      setCursor: [(self) => hover(self.cursor.idx ?? undefined)],
    },
  };
  return new uPlot(options, dataOf(points), host);
}

/** Show `factor` times what is shown, around a point; Infinity shows all. */
export function zoomed(plot: uPlot | undefined, factor: number, at: number | undefined): void {
  const times = plot?.data[0];
  const [first, last] = [times?.[0], times?.at(-1)];
  if (!plot || first === undefined || last === undefined) return;
  const { min = first, max = last } = plot.scales.x ?? {};
  const half = ((max - min) * factor) / 2;
  const middle = (at === undefined ? undefined : times?.[at]) ?? (min + max) / 2;
  plot.setScale("x", { min: Math.max(first, middle - half), max: Math.min(last, middle + half) });
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const DAY_S = 86_400;

/** The clock of a day's chart, the days of a longer one. */
function times(self: uPlot, splits: readonly number[]): string[] {
  const { min = 0, max = 0 } = self.scales.x ?? {};
  const words = max - min > 2 * DAY_S ? DAY : CLOCK;
  return splits.map((one) => words.format(one * 1_000));
}

function dataOf(points: readonly Point[]): uPlot.AlignedData {
  return [
    points.map((one) => Date.parse(one.at) / 1_000),
    points.map((one) => one.behind),
    points.map((one) => one.max),
    points.map((one) => one.average),
  ];
}

/** The target's line, the band of statuses at the foot, and a mark for each change. */
function decorate(
  self: uPlot,
  points: readonly Point[],
  target: number,
  marks: readonly Change[],
  colour: Colour,
): void {
  const { ctx, bbox } = self;
  const x = (ms: number) =>
    Math.min(bbox.left + bbox.width, Math.max(bbox.left, self.valToPos(ms / 1_000, "x", true)));
  const band = BAND * devicePixelRatio;
  ctx.save();
  for (const one of stretches(points)) {
    ctx.fillStyle = colour(`--${tone(one.status)}`);
    ctx.fillRect(x(one.from), bbox.top + bbox.height - band, Math.max(1, x(one.to) - x(one.from)), band);
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
