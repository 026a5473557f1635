import { useEffect, useState } from "preact/hooks";
import { Frame } from "./Frame";
import { Clusters } from "./pages/clusters/Clusters";
import { MirrorPage } from "./pages/mirror/MirrorPage";
import { Mirrors } from "./pages/mirrors/Mirrors";
import { NewMirror } from "./pages/new/NewMirror";
import { SignIn } from "./SignIn";
import { BASE, place } from "./state/router";
import { config, who } from "./state/session";

/** The page that the URL names, once it is known who looks. */
export function App({ started }: { started: Promise<void> }) {
  const [failed, setFailed] = useState<string>();
  useEffect(() => {
    started.catch((error: unknown) => setFailed(String(error)));
  }, [started]);
  if (failed) return <p class="notice tone-bad">The console cannot start: {failed}</p>;
  if (!config.value) return null;
  return <Frame>{config.value.issuer && !who.value ? <SignIn /> : <Page path={place.value.path} />}</Frame>;
}

function Page({ path }: { path: string }) {
  const [first = "", name, ...rest] = path.split("/").slice(1);
  if ((first === "" || first === "mirrors") && !name) return <Mirrors />;
  if (first === "mirrors" && name && rest.length === 0) {
    return <MirrorPage key={name} name={decodeURIComponent(name)} />;
  }
  if (first === "new" && !name) return <NewMirror />;
  if (first === "clusters" && !name) return <Clusters />;
  return (
    <section>
      <h1>There is no such page</h1>
      <p>
        <a href={`${BASE}/`}>All mirrors</a>
      </p>
    </section>
  );
}
