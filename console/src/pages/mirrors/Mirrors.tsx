import { useEffect } from "preact/hooks";
import type { MirrorSummary } from "../../api/types";
import { Icon, PLUS } from "../../parts/Icon";
import { Region } from "../../parts/Region";
import { useResource } from "../../state/resource";
import { BASE, place, withQuery } from "../../state/router";
import { Counters } from "./Counters";
import { fleetMoves, readFleet } from "./fleet";
import { List } from "./List";
import { Picture } from "./Picture";
import { Toolbar } from "./Toolbar";

/** The first page: is my data there, and if not, why and what do I do? */
export function Mirrors() {
  const fleet = useResource("fleet", readFleet, fleetMoves);
  useEffect(() => {
    document.title = "Mirrors · Lockstep";
  }, []);
  return (
    <section class="mirrors">
      <div class="title">
        <h1>Mirrors</h1>
        <Views />
        <a class="button primary" href={`${BASE}/new`}>
          <Icon path={PLUS} /> New mirror
        </a>
      </div>
      <Region resource={fleet} height={600}>
        {(mirrors) => (mirrors.length === 0 ? <None /> : <Shown mirrors={mirrors} />)}
      </Region>
    </section>
  );
}

function Shown({ mirrors }: { mirrors: readonly MirrorSummary[] }) {
  const isPicture = place.value.query.get("view") === "picture";
  return (
    <>
      <Counters mirrors={mirrors} />
      <Toolbar mirrors={mirrors} />
      {isPicture ? <Picture mirrors={mirrors} /> : <List mirrors={mirrors} />}
    </>
  );
}

function Views() {
  const isPicture = place.value.query.get("view") === "picture";
  return (
    <nav class="segments" aria-label="View">
      <a href={withQuery({ view: undefined })} aria-current={isPicture ? undefined : "true"}>
        List
      </a>
      <a href={withQuery({ view: "picture" })} aria-current={isPicture ? "true" : undefined}>
        Picture
      </a>
    </nav>
  );
}

function None() {
  return (
    <div class="empty">
      <h2>No mirror yet</h2>
      <p>
        Register the two Kafka clusters and the Kafka Connect cluster beside the target, then make a mirror:
        you see its topics before anything is created.
      </p>
      <p>
        <a class="button" href={`${BASE}/clusters`}>
          Register clusters
        </a>{" "}
        <a class="button primary" href={`${BASE}/new`}>
          New mirror
        </a>
      </p>
    </div>
  );
}
