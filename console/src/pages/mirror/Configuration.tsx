import { useState } from "preact/hooks";
import type { Connector, Mirror } from "../../api/types";
import { Copy } from "../../parts/Copy";

/** The connectors' settings; those that differ from what Lockstep gives are shown first. */
export function Configuration({ mirror }: { mirror: Mirror }) {
  const [all, setAll] = useState(false);
  return (
    <section class="panel" aria-labelledby="configuration">
      <header>
        <h2 id="configuration">Configuration</h2>
        <span class="muted">what was chosen here is marked; the rest is Lockstep's baseline</span>
        <div class="end segments">
          <button type="button" aria-pressed={!all} onClick={() => setAll(false)}>
            Differences
          </button>
          <button type="button" aria-pressed={all} onClick={() => setAll(true)}>
            All settings
          </button>
        </div>
      </header>
      <div class="configurations">
        {mirror.connectors.map((one) => (
          <Settings key={one.name} connector={one} all={all} />
        ))}
      </div>
    </section>
  );
}

function Settings({ connector, all }: { connector: Connector; all: boolean }) {
  const names = [...new Set([...Object.keys(connector.config), ...Object.keys(connector.baseline)])].sort();
  const differs = (name: string) => connector.config[name] !== connector.baseline[name];
  const shown = names.filter((name) => all || differs(name));
  return (
    <div>
      <h3>
        {connector.kind} <Copy text={JSON.stringify(connector.config, null, 2)} what="as JSON" />
      </h3>
      {shown.length === 0 ? (
        <p class="muted">Exactly as Lockstep makes it.</p>
      ) : (
        <dl class="settings">
          {shown.map((name) => (
            <div key={name} class={differs(name) ? "differs" : ""}>
              <dt>{name}</dt>
              <dd>
                {differs(name) && connector.baseline[name] !== undefined && (
                  <del>{connector.baseline[name]}</del>
                )}{" "}
                {connector.config[name] ?? <em>not set</em>}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
