import { useEffect, useRef, useState } from "preact/hooks";

const SPARE = 6;
const FIRST_SCREEN = 30;

/** Which of many rows of one height are to be drawn as the page, or what it lies in, scrolls. */
export interface Window {
  first: number;
  last: number;
  /** What the undrawn rows before and after take, in px. */
  before: number;
  after: number;
}

/** The rows in sight, for the element that `ref` is on; `height` in px. */
export function useWindowed(total: number, height: number) {
  const ref = useRef<HTMLTableSectionElement>(null);
  const [range, setRange] = useState({ first: 0, last: FIRST_SCREEN });
  useEffect(() => {
    const look = () => {
      if (!ref.current) return;
      const top = ref.current.getBoundingClientRect().top;
      const seen = ref.current.closest(".scroll")?.getBoundingClientRect();
      const first = Math.max(0, Math.floor((Math.max(0, seen?.top ?? 0) - top) / height) - SPARE);
      const last = Math.ceil((Math.min(innerHeight, seen?.bottom ?? innerHeight) - top) / height) + SPARE;
      setRange((old) => (old.first === first && old.last === last ? old : { first, last }));
    };
    look();
    // Captured: a table may scroll by itself.
    addEventListener("scroll", look, { passive: true, capture: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look, { capture: true });
      removeEventListener("resize", look);
    };
  }, [height]);
  const last = Math.min(total, Math.max(range.last, 0));
  const first = Math.min(range.first, last);
  const window: Window = { first, last, before: first * height, after: (total - last) * height };
  return { ref, window };
}
