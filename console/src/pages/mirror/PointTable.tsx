import type { Point } from "../../api/types";
import { Scroll } from "../../parts/Scroll";
import { count, measured, utc } from "../../words/format";

const ROWS = 120;

/** The chart's points for who cannot see it: of many, the worst of each stretch. */
export function PointTable({ points }: { points: readonly Point[] }) {
  const each = Math.ceil(points.length / ROWS);
  const rows = Array.from({ length: Math.ceil(points.length / each) }, (_, index) =>
    points
      .slice(index * each, (index + 1) * each)
      .reduce((a, b) => ((b.behind ?? 0) > (a.behind ?? 0) ? b : a)),
  );
  return (
    <Scroll label="Latency as a table" class="limited">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Status</th>
            <th scope="col">Average</th>
            <th scope="col">Max</th>
            <th scope="col">Behind</th>
            <th scope="col">Waiting</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <tr key={one.at}>
              <th scope="row">{utc(one.at)}</th>
              <td>{one.status}</td>
              <td>{measured(one.average)}</td>
              <td>{measured(one.max)}</td>
              <td>{measured(one.behind)}</td>
              <td>{count(one.lagRecords)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
