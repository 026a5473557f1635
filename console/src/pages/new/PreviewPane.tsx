import type { MirrorRequest, Preview } from "../../api/types";
import { Copy } from "../../parts/Copy";
import { Failure } from "../../parts/Region";
import { Scroll } from "../../parts/Scroll";
import { count, many } from "../../words/format";
import { curl } from "./curl";
import { isAsking, preview, refusal } from "./preview";

/** What the mirror would be, before anything is made. */
export function PreviewPane({ request }: { request: MirrorRequest | undefined }) {
  const found = preview.value;
  return (
    <section class="panel preview" aria-labelledby="preview" aria-busy={isAsking.value}>
      <header>
        <h2 id="preview">Preview</h2>
        <span class="muted" role="status">
          {isAsking.value
            ? "looking…"
            : found
              ? `${many(found.topicsTotal, "topic")}, ${many(found.partitions, "partition")}`
              : ""}
        </span>
      </header>
      <div class="body">
        {!request && (
          <p class="muted">Choose a source and a Connect cluster: the topics that match show here.</p>
        )}
        {refusal.value && <Failure error={refusal.value} />}
        {found && <Found found={found} />}
        {request && (
          <details>
            <summary>
              The same with <code>curl</code>
            </summary>
            <Copy text={curl(request)} what="command" />
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
            <pre tabIndex={0}>{curl(request)}</pre>
          </details>
        )}
      </div>
    </section>
  );
}

function Found({ found }: { found: Preview }) {
  return (
    <>
      {found.problems.map((one) => (
        <p key={one.type + one.message} class="notice tone-bad">
          {one.field ? `${one.field}: ` : ""}
          {one.message}
        </p>
      ))}
      {found.warnings.map((one) => (
        <p key={one.code + one.message} class="notice tone-warn">
          {one.message}
        </p>
      ))}
      <Scroll label="Matched topics" class="limited">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Source topic</th>
              <th scope="col">On the target</th>
              <th scope="col" class="number">
                Partitions
              </th>
            </tr>
          </thead>
          <tbody>
            {found.topics.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td>
                  {one.mirroredName} {one.exists && <span class="muted">is there already</span>}
                </td>
                <td class="number">{one.partitions}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {found.topicsTotal > found.topics.length && (
          <p class="muted">and {count(found.topicsTotal - found.topics.length)} more</p>
        )}
      </Scroll>
      {found.connectors.map((one) => (
        <details key={one.name}>
          <summary>{one.kind} as it would be</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
          <pre tabIndex={0}>{JSON.stringify(one.config, null, 2)}</pre>
        </details>
      ))}
    </>
  );
}
