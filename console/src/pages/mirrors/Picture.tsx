import type { MirrorSummary } from "../../api/types";
import { BASE, place } from "../../state/router";
import { many } from "../../words/format";
import { tone } from "../../words/status";
import { filterOf, matching } from "./fleet";
import { type Arrow, arrows } from "./picture";

const STEP = 64;
const BOX = 220;
const WIDTH = 860;
// Where on its arrow a label stands: neighbours take turns, so that few meet where arrows cross.
const LABELS = [0.2, 0.8, 0.3, 0.7];

/** Clusters that are read at the left, those that are written at the right, and what flows between. */
export function Picture({ mirrors }: { mirrors: readonly MirrorSummary[] }) {
  const flows = arrows(matching(mirrors, filterOf(place.value.query)));
  const left = [...new Set(flows.map((one) => one.from))].sort();
  const right = [...new Set(flows.map((one) => one.to))].sort();
  const height = Math.max(left.length, right.length) * STEP;
  return (
    <div class="picture">
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: a title would be a tooltip over everything; each arrow has its words */}
      <svg viewBox={`0 0 ${WIDTH} ${height}`}>
        {flows.map((one) => (
          <Flow
            key={`${one.from} ${one.to}`}
            flow={one}
            y1={left.indexOf(one.from)}
            y2={right.indexOf(one.to)}
          />
        ))}
        {left.map((name, index) => (
          <Box key={name} name={name} x={0} y={index} />
        ))}
        {right.map((name, index) => (
          <Box key={name} name={name} x={WIDTH - BOX} y={index} />
        ))}
      </svg>
    </div>
  );
}

function Flow({ flow, y1, y2 }: { flow: Arrow; y1: number; y2: number }) {
  const [from, to] = [y1 * STEP + STEP / 2, y2 * STEP + STEP / 2];
  const end = WIDTH - BOX - 12;
  const middle = (BOX + end) / 2;
  const at = along(
    [BOX, from],
    [middle, from],
    [middle, to],
    [end, to],
    LABELS[(y1 + y2) % LABELS.length] ?? 0.5,
  );
  const [only] = flow.mirrors;
  const href =
    flow.mirrors.length === 1 && only
      ? `${BASE}/mirrors/${encodeURIComponent(only.name)}`
      : `${BASE}/?q=${encodeURIComponent(`${flow.from} ${flow.to}`)}`;
  const words = `${flow.from} to ${flow.to}: ${many(flow.mirrors.length, "mirror")}`;
  const times = flow.mirrors.length > 1 ? `${flow.mirrors.length} × ` : "";
  const label = `${times}${flow.status}${flow.isLoop ? " ⇄" : ""}`;
  const path = `M${BOX} ${from}C${middle} ${from} ${middle} ${to} ${end} ${to}`;
  return (
    <a href={href} class={`flow tone-${tone(flow.status)}`} aria-label={`${label} ${words}`}>
      <title>{words}</title>
      <path class="reach" d={path} />
      <path class="line" d={path} />
      <path class="head" d={`M${end} ${to - 6}l11 6-11 6Z`} />
      <text x={at.x} y={at.y - 6}>
        {label}
      </text>
    </a>
  );
}

type Spot = readonly [number, number];

/** The place at a share of a cubic curve's way. */
function along(a: Spot, b: Spot, c: Spot, d: Spot, t: number) {
  const u = 1 - t;
  const mix = (i: 0 | 1) => u * u * u * a[i] + 3 * u * u * t * b[i] + 3 * u * t * t * c[i] + t * t * t * d[i];
  return { x: mix(0), y: mix(1) };
}

function Box({ name, x, y }: { name: string; x: number; y: number }) {
  return (
    <g class="box">
      <rect x={x + 1} y={y * STEP + 10} width={BOX - 2} height={STEP - 20} rx="6" />
      <text x={x + BOX / 2} y={y * STEP + STEP / 2 + 5}>
        {name.length > 26 ? `${name.slice(0, 25)}…` : name}
      </text>
    </g>
  );
}
