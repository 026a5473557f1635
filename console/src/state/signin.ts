import { type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import { BASE, go } from "./router";
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
    signInFailure.value = error instanceof Error ? error.message : String(error);
  }
  return () => accessToken(manager);
}

export async function begin(): Promise<void> {
  const back = location.pathname.slice(BASE.length) + location.search;
  try {
    await manager?.signinRedirect({ state: back === "/callback" ? "/" : back });
  } catch (error) {
    signInFailure.value = error instanceof Error ? error.message : String(error);
  }
}

/** Cognito has a log-out form of its own (`signOutUrl`) and no end_session_endpoint. */
export async function end(signOutUrl: string | undefined): Promise<void> {
  await manager?.removeUser();
  show(null);
  if (signOutUrl) location.assign(signOutUrl);
}

async function finish(manager: UserManager): Promise<void> {
  const user = await manager.signinRedirectCallback();
  go(typeof user.state === "string" ? user.state : "/");
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
