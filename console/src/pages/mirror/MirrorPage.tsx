import { useEffect } from "preact/hooks";
import { get } from "../../api/client";
import type { Mirror } from "../../api/types";
import { Ago } from "../../parts/Ago";
import { ARROW, Icon } from "../../parts/Icon";
import { Region } from "../../parts/Region";
import { Status } from "../../parts/Status";
import { now } from "../../state/clock";
import { useResource } from "../../state/resource";
import { BASE } from "../../state/router";
import { source } from "../../words/status";
import { Actions } from "./Actions";
import { Changes } from "./Changes";
import { Configuration } from "./Configuration";
import { Connectors } from "./Connectors";
import { Facts } from "./Facts";
import { Groups } from "./Groups";
import { History } from "./History";
import { Reasons } from "./Reasons";
import { lost, sentence } from "./sentence";
import { Topics } from "./Topics";

const CHANGES = 100;

/** One mirror: the answer first, then why, then everything there is to know. */
export function MirrorPage({ name }: { name: string }) {
  const mirror = useResource(
    `mirror ${name}`,
    (signal) => get("/mirrors/{name}", [name], {}, signal),
    (one) => `${one.version} ${one.status}`,
  );
  const changes = useResource(`changes ${name}`, (signal) =>
    get("/mirrors/{name}/changes", [name], { limit: CHANGES }, signal),
  );
  useEffect(() => {
    document.title = `${name} · Lockstep`;
  }, [name]);
  return (
    <article class="mirror">
      <p class="crumb">
        <a href={`${BASE}/`}>Mirrors</a> / <span class="mono">{name}</span>
      </p>
      <Region resource={mirror} height={900}>
        {(one) => (
          <>
            <Head
              mirror={one}
              told={lost(one, changes.data.value?.changes, !changes.data.value?.nextToken)}
            />
            <Reasons mirror={one} />
            <History mirror={one} changes={changes.data.value?.changes ?? []} />
            <Facts mirror={one} />
            <Topics mirror={one} />
            <Groups mirror={one} />
            <Connectors mirror={one} />
            <Configuration mirror={one} />
            <Changes changes={changes} />
          </>
        )}
      </Region>
    </article>
  );
}

function Head({ mirror, told }: { mirror: Mirror; told: string }) {
  return (
    <header class="head">
      <div class="title">
        <h1>
          {source(mirror)} <Icon path={ARROW} /> {mirror.targetCluster}
        </h1>
        <Status status={mirror.status} />
        <Actions mirror={mirror} />
      </div>
      <p class="answer">
        {sentence(mirror, now.value)} {told}
      </p>
      <p class="muted">
        {mirror.description && `${mirror.description} · `}
        measured <Ago at={mirror.measuredAt} /> · made <Ago at={mirror.createdAt} />
      </p>
    </header>
  );
}
