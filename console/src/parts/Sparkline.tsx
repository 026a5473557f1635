import { duration } from "../words/format";

const WIDTH = 120;
const HEIGHT = 24;

/** How far behind in the last hour; a gap is where nothing was measured. */
export function Sparkline({ values, target }: { values: readonly (number | null)[]; target: number }) {
  const known = values.filter((one) => one !== null);
  if (known.length < 2) return <span class="muted">–</span>;
  const top = Math.max(target, ...known);
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={told(known)}>
      <line x1="0" x2={WIDTH} y1={y(target, top)} y2={y(target, top)} />
      <path d={path(values, top)} />
    </svg>
  );
}

function path(values: readonly (number | null)[], top: number): string {
  const step = WIDTH / Math.max(1, values.length - 1);
  let pen = "M";
  let drawn = "";
  values.forEach((value, index) => {
    if (value === null) {
      pen = "M";
      return;
    }
    drawn += `${pen}${(index * step).toFixed(1)} ${y(value, top).toFixed(1)}`;
    pen = "L";
  });
  return drawn;
}

function y(value: number, top: number): number {
  return HEIGHT - 2 - (value / top) * (HEIGHT - 4);
}

function told(known: readonly number[]): string {
  return `Behind in the last hour: now ${duration(known.at(-1) ?? 0)}, at most ${duration(Math.max(...known))}`;
}
