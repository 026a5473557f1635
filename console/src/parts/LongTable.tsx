import type { ComponentChildren } from "preact";
import { Scroll } from "./Scroll";
import { Space } from "./Space";
import { useWindowed } from "./windowed";

// As mirror.css has it.
const ROW = 36;

interface Props<Row> {
  label: string;
  /** Its own class, beside that of all tables of rows. */
  class: string;
  /** How high it may grow before it scrolls. */
  size: "limited" | "tall";
  /** What its first columns are called, and those of numbers after them. */
  words: readonly string[];
  numbers: readonly string[];
  rows: readonly Row[];
  /** A row, by its place among all. */
  children: (row: Row, index: number) => ComponentChildren;
}

/** A table that scrolls by itself, and of which only what is in sight is drawn. */
export function LongTable<Row>({ label, class: name, size, words, numbers, rows, children }: Props<Row>) {
  const { ref, window } = useWindowed(rows.length, ROW);
  const columns = words.length + numbers.length;
  return (
    <Scroll label={label} class={size}>
      <table class={`rows ${name}`} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {words.map((one) => (
              <th key={one} scope="col">
                {one}
              </th>
            ))}
            {numbers.map((one) => (
              <th key={one} scope="col" class="number">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={ref}>
          <Space columns={columns} height={window.before} />
          {rows.slice(window.first, window.last).map((row, index) => children(row, window.first + index))}
          <Space columns={columns} height={window.after} />
        </tbody>
      </table>
    </Scroll>
  );
}
