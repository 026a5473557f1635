import { computed, signal } from "@preact/signals";

/** What the function `console` tells of itself; without an issuer nobody signs in. */
export interface Config {
  version: string;
  issuer?: string;
  clientId?: string;
  scopes?: string;
  signOutUrl?: string;
}

export interface Who {
  name: string;
  scopes: readonly string[];
}

export const config = signal<Config | undefined>(undefined);
export const who = signal<Who | undefined>(undefined);
/** Why nobody is signed in, though an issuer is there. */
export const signInFailure = signal<string | undefined>(undefined);

/** Why writing is not possible for this person; undefined where it is. */
export const noWrite = computed(() => {
  if (!config.value?.issuer) return undefined;
  if (!who.value) return "Sign in first.";
  return who.value.scopes.includes("mirrors/write")
    ? undefined
    : "Your sign-in has no mirrors/write scope: ask whoever runs Lockstep.";
});

let fresh: (() => Promise<string | undefined>) | undefined;

/** The access token for a call; undefined where none is needed or nobody is signed in. */
export async function token(): Promise<string | undefined> {
  return fresh?.();
}

/** Learn whether there is an issuer, and who is signed in; oidc-client-ts is loaded only then. */
export async function startSession(): Promise<void> {
  const response = await fetch("/console/config.json");
  const told = (await response.json()) as Config;
  if (told.issuer && told.clientId) {
    const { enter } = await import("./signin");
    fresh = await enter(told.issuer, told.clientId, told.scopes ?? "openid");
  }
  config.value = told;
}

export async function signIn(): Promise<void> {
  const { begin } = await import("./signin");
  await begin();
}

export async function signOut(): Promise<void> {
  const { end } = await import("./signin");
  await end(config.value?.signOutUrl);
}
