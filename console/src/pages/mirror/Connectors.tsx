import type { Connector, Mirror, Task } from "../../api/types";
import { Copy } from "../../parts/Copy";
import { Scroll } from "../../parts/Scroll";
import { many } from "../../words/format";

/** The connectors and their tasks, with what Connect says of a failure. */
export function Connectors({ mirror }: { mirror: Mirror }) {
  return (
    <section class="panel" aria-labelledby="connectors">
      <header>
        <h2 id="connectors">Connectors and tasks</h2>
      </header>
      <Scroll label="Connectors and tasks">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">State</th>
              <th scope="col">Worker</th>
              <th scope="col" class="number">
                Partitions
              </th>
            </tr>
          </thead>
          <tbody>
            {mirror.connectors.map((one) => (
              <Lines key={one.name} connector={one} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Lines({ connector }: { connector: Connector }) {
  const hidden = connector.tasksTotal - connector.tasks.length;
  return (
    <>
      <tr>
        <th scope="row">
          {connector.kind} <span class="muted mono">{connector.name}</span>
        </th>
        <td>
          <State word={connector.status ?? "not seen yet"} />
        </td>
        <td>{connector.worker ?? "–"}</td>
        <td class="number" />
      </tr>
      {connector.trace && <Trace text={connector.trace} columns={4} />}
      {connector.tasks.map((one) => (
        <TaskLines key={one.id} task={one} />
      ))}
      {hidden > 0 && (
        <tr>
          <td colSpan={4} class="muted">
            and {many(hidden, "task")} that run
          </td>
        </tr>
      )}
    </>
  );
}

function TaskLines({ task }: { task: Task }) {
  return (
    <>
      <tr>
        <th scope="row" class="deeper">
          Task {task.id}
        </th>
        <td>
          <State word={task.status} />
        </td>
        <td>{task.worker}</td>
        <td class="number">{task.partitions ?? "–"}</td>
      </tr>
      {task.trace && <Trace text={task.trace} columns={4} />}
    </>
  );
}

function State({ word }: { word: string }) {
  const tone = word === "RUNNING" ? "good" : word === "FAILED" ? "bad" : "held";
  return <span class={`state tone-${tone}`}>{word}</span>;
}

function Trace({ text, columns }: { text: string; columns: number }) {
  const cause = text.split("\n").findLast((line) => line.startsWith("Caused by")) ?? text.split("\n")[0];
  return (
    <tr>
      <td colSpan={columns} class="deeper">
        <details class="trace">
          <summary>{cause}</summary>
          <Copy text={text} what="trace" />
          <pre>{text}</pre>
        </details>
      </td>
    </tr>
  );
}
