import type { Change } from "../../api/types";
import { Ago } from "../../parts/Ago";
import { Region } from "../../parts/Region";
import { Status } from "../../parts/Status";
import type { Resource } from "../../state/resource";
import { duration } from "../../words/format";

interface Page {
  changes: Change[];
  nextToken: string | null;
}

/** Who did what, and what became of it, newest first. */
export function Changes({ changes }: { changes: Resource<Page> }) {
  return (
    <section class="panel" aria-labelledby="changes">
      <header>
        <h2 id="changes">What happened</h2>
      </header>
      <Region resource={changes} height={240}>
        {(page) => (
          <ol class="changes">
            {page.changes.length === 0 && <li class="muted">Nothing yet.</li>}
            {page.changes.map((one) => (
              <Line key={one.at + one.kind + JSON.stringify(one.to)} change={one} />
            ))}
            {page.nextToken && <li class="muted">Older changes are in GET /mirrors/…/changes.</li>}
          </ol>
        )}
      </Region>
    </section>
  );
}

const KINDS: Record<string, string> = { status: "Judged", write: "Asked", repair: "Repaired" };

function Line({ change }: { change: Change }) {
  return (
    <li>
      <Ago at={change.at} />
      <span class="kind">{KINDS[change.kind] ?? change.kind}</span>
      <span class="what">
        {change.kind === "status" ? <Judged change={change} /> : <Fields change={change} />}
        {change.reasons[0] && <span class="muted why">{change.reasons[0].message}</span>}
      </span>
      <span class="muted">
        {change.by && `by ${change.by}`}
        {change.kind === "status" && change.tookMs !== null && `after ${duration(change.tookMs)}`}
      </span>
    </li>
  );
}

function Judged({ change }: { change: Change }) {
  return (
    <>
      {typeof change.from === "string" && (
        <>
          <Status status={change.from} /> <span class="muted">became</span>{" "}
        </>
      )}
      <Status status={String(change.to)} />
    </>
  );
}

function Fields({ change }: { change: Change }) {
  const before = typeof change.from === "object" ? change.from : null;
  if (typeof change.to !== "object" || change.to === null) return <>{String(change.to ?? "")}</>;
  const names = Object.keys(change.to);
  if (names.length > FEW) return <>made with {names.length} settings</>;
  return (
    <>
      {Object.entries(change.to).map(([name, value]) => (
        <span key={name} class="field-change">
          {name} {before && name in before && <del>{shown(before[name])}</del>} <b>{shown(value)}</b>
        </span>
      ))}
    </>
  );
}

const FEW = 6;

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
