import { effect, type Signal, signal, untracked } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { ApiError } from "../api/client";
import { answered, hurry, tick } from "./refresh";

/** What a region shows: the last answer, and why there is no newer one. */
export interface Resource<T> {
  data: Signal<T | undefined>;
  error: Signal<ApiError | undefined>;
  /** When the data was read, in ms. */
  at: Signal<number | undefined>;
}

type Load<T> = (signal: AbortSignal, show: (partly: T) => void) => Promise<T>;

/**
 * Reads again with every tick; an error leaves the data of before. `moves` tells what counts as movement.
 * A reading under way is let finish, or one that takes longer than from tick to tick would never end.
 */
export function useResource<T>(key: string, load: Load<T>, moves?: (data: T) => string): Resource<T> {
  const resource = useMemo(() => empty<T>(), [key]);
  useEffect(() => {
    let running: AbortController | undefined;
    const stop = effect(() => {
      const { urgent } = tick.value;
      if (running && !urgent) return;
      running?.abort();
      const mine = new AbortController();
      running = mine;
      void untracked(() => read(resource, load, moves, mine.signal)).finally(() => {
        if (running === mine) running = undefined;
      });
    });
    return () => {
      stop();
      running?.abort();
    };
  }, [key]);
  return resource;
}

function empty<T>(): Resource<T> {
  return { data: signal(undefined), error: signal(undefined), at: signal(undefined) };
}

async function read<T>(
  resource: Resource<T>,
  load: Load<T>,
  moves: ((data: T) => string) | undefined,
  aborted: AbortSignal,
): Promise<void> {
  const began = performance.now();
  const before = resource.data.value;
  const first = before === undefined;
  try {
    const data = await load(aborted, (partly) => {
      if (first && !aborted.aborted) resource.data.value = partly;
    });
    if (aborted.aborted) return;
    if (before !== undefined && moves && moves(before) !== moves(data)) hurry();
    resource.data.value = data;
    resource.error.value = undefined;
    resource.at.value = Date.now();
    answered(performance.now() - began);
  } catch (error) {
    if (aborted.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    resource.error.value = error;
  }
}
