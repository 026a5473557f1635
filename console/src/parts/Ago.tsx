import { now } from "../state/clock";
import { exactly, span } from "../words/format";

/** How long ago, kept true each second; the exact time is behind it. */
export function Ago({ at, bare = false }: { at: string | null; bare?: boolean }) {
  if (at === null) return <span>never</span>;
  const text = span(now.value - Date.parse(at));
  return (
    <time dateTime={at} title={exactly(at)}>
      {bare ? text : `${text} ago`}
    </time>
  );
}
