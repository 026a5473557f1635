import { effect, signal } from "@preact/signals";

const HURRIED_MS = 3_000;
const CALM_MS = 60_000;
const HURRY_LASTS_MS = 60_000;
// A fleet that takes long to read is read so much less often.
const COST_SHARE = 10;

/** Anew whenever what is shown is to be read again; `urgent` when what is being read now may already be old. */
export const tick = signal({ urgent: true });
export const paused = signal(false);
/** When an answer came last, in ms. */
export const updatedAt = signal<number | undefined>(undefined);

let hurriedUntil = 0;
let cost = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Something moved: look every few seconds for a minute. */
export function hurry(): void {
  hurriedUntil = Date.now() + HURRY_LASTS_MS;
  schedule();
}

/** Read everything again now, after a change or because somebody asked. */
export function refreshNow(): void {
  read(true);
}

function read(urgent: boolean): void {
  tick.value = { urgent };
  schedule();
}

/** An answer came, and took so many ms. */
export function answered(tookMs: number): void {
  cost = tookMs;
  updatedAt.value = Date.now();
}

export function startRefreshing(): void {
  hurry();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(timer);
    else if (!paused.value) refreshNow();
  });
  effect(() => {
    if (paused.value) clearTimeout(timer);
    else schedule();
  });
}

function schedule(): void {
  clearTimeout(timer);
  if (paused.peek() || document.hidden) return;
  const base = Date.now() < hurriedUntil ? HURRIED_MS : CALM_MS;
  timer = setTimeout(read, Math.max(base, cost * COST_SHARE), false);
}
