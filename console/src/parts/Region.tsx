import type { ComponentChildren } from "preact";
import type { ApiError } from "../api/client";
import { refreshNow } from "../state/refresh";
import type { Resource } from "../state/resource";
import { signIn } from "../state/session";
import { Ago } from "./Ago";

interface Props<T> {
  resource: Resource<T>;
  /** Its final height in px, so that nothing jumps when the answer comes. */
  height: number;
  children: (data: T) => ComponentChildren;
}

/** A part of a page in each of its states: loading, an answer, an old answer, none. */
export function Region<T>({ resource, height, children }: Props<T>) {
  const data = resource.data.value;
  const error = resource.error.value;
  if (data === undefined && !error) {
    return <div class="skeleton" style={{ minHeight: `${height}px` }} role="status" aria-label="Loading" />;
  }
  return (
    <>
      {error && <Failure error={error} since={data === undefined ? undefined : resource.at.value} />}
      {data !== undefined && children(data)}
    </>
  );
}

const TITLES: Record<number, string> = {
  0: "Offline",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  429: "Too many calls",
};

/** Why something could not be read; `since` is when what stands below was true, in ms. */
export function Failure({ error, since }: { error: ApiError; since?: number | undefined }) {
  return (
    <div class="notice tone-bad" role="alert">
      <p>
        <strong>{TITLES[error.status] ?? (error.slug || `Error ${error.status}`)}.</strong> {error.message}{" "}
        {since !== undefined && (
          <>
            What is shown was read <Ago at={new Date(since).toISOString()} />.
          </>
        )}
      </p>
      {error.status === 401 ? (
        <button type="button" onClick={() => void signIn()}>
          Sign in
        </button>
      ) : (
        <button type="button" onClick={refreshNow}>
          Try again
        </button>
      )}
    </div>
  );
}
