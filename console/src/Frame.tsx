import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon, PAUSE, PLAY, REFRESH } from "./parts/Icon";
import { now } from "./state/clock";
import { paused, refreshNow, updatedAt } from "./state/refresh";
import { BASE, place } from "./state/router";
import { signOut, who } from "./state/session";
import { type Theme, theme } from "./state/theme";
import { span } from "./words/format";

/** What every page has: where one is, how old what one sees is, and who one is. */
export function Frame({ children }: { children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="frame">
        <a class="brand" href={`${BASE}/`}>
          <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <rect width="32" height="32" rx="7" />
            <path d="M7 12h14l-4-4m8 12H11l4 4" />
          </svg>
          Lockstep
        </a>
        <nav aria-label="Pages">
          <Tab to="/" here={/^\/(mirrors.*)?$/}>
            Mirrors
          </Tab>
          <Tab to="/clusters" here={/^\/clusters/}>
            Clusters
          </Tab>
        </nav>
        <Freshness />
        <Appearance />
        {who.value && (
          <button
            type="button"
            class="quiet who"
            title={`Sign out ${who.value.name}`}
            onClick={() => void signOut()}
          >
            Sign out
          </button>
        )}
      </header>
      <Offline />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function Tab({ to, here, children }: { to: string; here: RegExp; children: string }) {
  return (
    <a href={BASE + to} aria-current={here.test(place.value.path) ? "page" : undefined}>
      {children}
    </a>
  );
}

function Freshness() {
  const at = updatedAt.value;
  const words = at === undefined ? "reading" : `updated ${span(now.value - at)} ago`;
  const stopped = paused.value;
  return (
    <div class="freshness">
      <span class="muted">{stopped ? `paused, ${words}` : words}</span>
      <button
        type="button"
        class="quiet icon-only"
        aria-label={stopped ? "Go on refreshing" : "Pause refreshing"}
        title={stopped ? "Go on refreshing" : "Pause refreshing"}
        onClick={() => {
          paused.value = !stopped;
        }}
      >
        <Icon path={stopped ? PLAY : PAUSE} />
      </button>
      <button
        type="button"
        class="quiet icon-only"
        aria-label="Refresh now"
        title="Refresh now"
        onClick={refreshNow}
      >
        <Icon path={REFRESH} />
      </button>
    </div>
  );
}

function Appearance() {
  return (
    <label class="appearance">
      <span class="hidden">Appearance</span>
      <select
        value={theme.value}
        onChange={(event) => {
          theme.value = event.currentTarget.value as Theme;
        }}
      >
        <option value="system">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}

function Offline() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  if (online) return null;
  return (
    <p class="notice tone-warn" role="status">
      This browser is offline: what you see is as it was.
    </p>
  );
}
