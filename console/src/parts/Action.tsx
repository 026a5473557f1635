import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ApiError } from "../api/client";
import { hurry, refreshNow } from "../state/refresh";
import { noWrite } from "../state/session";

interface Props {
  /** What it does; a refusal is shown beside the button. */
  act: () => Promise<unknown>;
  children: ComponentChildren;
  class?: string;
  /** Why it cannot be done now. */
  unless?: string | undefined;
}

/** A button that changes something: disabled with its reason where that is not allowed. */
export function Action({ act, children, class: style = "", unless }: Props) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const why = noWrite.value ?? unless;
  const run = async () => {
    if (busy || why) return;
    setBusy(true);
    setRefused(undefined);
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setRefused(error.message);
    } finally {
      // A refusal, too, may tell of a change that is not shown yet.
      hurry();
      refreshNow();
      setBusy(false);
    }
  };
  return (
    <span class="action">
      {/* aria-disabled keeps it reachable by keyboard, so that its reason is. */}
      <button
        type="button"
        class={style}
        aria-disabled={!!why || busy}
        title={why}
        onClick={() => void run()}
      >
        {children}
      </button>
      {refused && (
        <span class="refused" role="alert">
          {refused}
        </span>
      )}
    </span>
  );
}
