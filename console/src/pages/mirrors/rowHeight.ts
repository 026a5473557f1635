import { useEffect, useState } from "preact/hooks";

// As mirrors.css has them: `--row` of a wide list and of a narrow one.
const NARROW = matchMedia("(max-width: 52rem)");
const TALL = 148;
const FLAT = 56;

/** How high a row of the list is, in px. */
export function useRowHeight(): number {
  const [isNarrow, setNarrow] = useState(NARROW.matches);
  useEffect(() => {
    const look = () => setNarrow(NARROW.matches);
    NARROW.addEventListener("change", look);
    return () => NARROW.removeEventListener("change", look);
  }, []);
  return isNarrow ? TALL : FLAT;
}
