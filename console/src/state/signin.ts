import { ErrorResponse, type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import { BASE, redirect } from "./router";
import { signInFailure, type Who, who } from "./session";

const CALLBACK = `${BASE}/callback`;
const RENEW_BEFORE_S = 60;
let manager: UserManager | undefined;

/** Finish a sign-in that is under way, or find the one of this tab; answers how to get a token. */
export async function enter(
  issuer: string,
  clientId: string,
  scopes: string,
): Promise<() => Promise<string | undefined>> {
  manager = new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: location.origin + CALLBACK,
    response_type: "code",
    scope: scopes,
    // The tab's own storage: tokens end with it.
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
    automaticSilentRenew: false,
  });
  try {
    if (location.pathname === CALLBACK) await finish(manager);
    show(await manager.getUser());
  } catch (error) {
    fail(error);
  }
  return () => accessToken(manager);
}

export async function begin(): Promise<void> {
  try {
    await manager?.signinRedirect({ state: location.pathname.slice(BASE.length) + location.search });
  } catch (error) {
    fail(error);
  }
}

/**
 * Sign out here, and at the issuer where that can be asked for: else its next sign-in would ask
 * nobody who they are. Cognito has a form of its own (`signOutUrl`) and no end_session_endpoint.
 */
export async function end(signOutUrl: string | undefined): Promise<void> {
  const metadata = signOutUrl ? undefined : manager?.metadataService;
  if (await metadata?.getEndSessionEndpoint().catch(() => undefined))
    await manager?.signoutRedirect({ post_logout_redirect_uri: `${location.origin}${BASE}/` });
  else await manager?.removeUser();
  show(null);
  if (signOutUrl) location.assign(signOutUrl);
}

/** Back to where the sign-in began, whether it worked or not: a code or a refusal is read once. */
async function finish(manager: UserManager): Promise<void> {
  let began: unknown;
  try {
    began = (await manager.signinRedirectCallback()).state;
  } catch (error) {
    began = error instanceof ErrorResponse ? error.state : undefined;
    throw error;
  } finally {
    redirect(typeof began === "string" ? began : "/");
  }
}

function fail(error: unknown): void {
  signInFailure.value = error instanceof Error ? error.message : String(error);
}

async function accessToken(manager: UserManager | undefined): Promise<string | undefined> {
  let user = await manager?.getUser();
  if (user && (user.expires_in ?? 0) < RENEW_BEFORE_S && user.refresh_token) {
    user = await manager?.signinSilent().catch(() => null);
  }
  if (!user || user.expired) {
    show(null);
    return undefined;
  }
  return user.access_token;
}

function show(user: User | null): void {
  who.value = user && !user.expired ? described(user) : undefined;
}

function described(user: User): Who {
  const name = user.profile.email ?? user.profile.name ?? user.profile.sub;
  return { name, scopes: user.scopes };
}
