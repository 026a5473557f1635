import { useState } from "preact/hooks";
import { COPY, Icon } from "./Icon";

/** Puts a text on the clipboard. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 2_000);
  };
  return (
    <button type="button" class="quiet" onClick={() => void copy()}>
      <Icon path={COPY} /> {done ? "Copied" : `Copy ${what}`}
    </button>
  );
}
