import { useEffect, useRef } from "preact/hooks";
import { write } from "../../api/client";
import type { Mirror } from "../../api/types";
import { Action } from "../../parts/Action";
import { BASE, go } from "../../state/router";
import { draft, forget, isAskable, requestOf } from "./draft";
import { MirrorForm } from "./MirrorForm";
import { PreviewPane } from "./PreviewPane";
import { preview, refusal, usePreview } from "./preview";

/** The form at the left, at the right what it would make. */
export function NewMirror() {
  const request = isAskable(draft.value) ? requestOf(draft.value) : undefined;
  // The same draft is made once, however often it is sent.
  const once = useRef(crypto.randomUUID());
  usePreview(request);
  useEffect(() => {
    document.title = "New mirror · Lockstep";
  }, []);
  const create = async () => {
    const made = await write<Mirror>("POST", "/mirrors", [], request, { "idempotency-key": once.current });
    forget();
    go(`/mirrors/${encodeURIComponent(made.name)}`);
  };
  const problems = preview.value?.problems.length ?? 0;
  const unless = !request
    ? "Choose a source and a Connect cluster first."
    : problems > 0 || refusal.value
      ? "Mend what is marked first."
      : undefined;
  return (
    <section class="new">
      <p class="crumb">
        <a href={`${BASE}/`}>Mirrors</a> / new
      </p>
      <div class="title">
        <h1>New mirror</h1>
      </div>
      <div class="columns">
        <div class="panel body">
          <MirrorForm />
          <div class="buttons">
            <Action class="primary" act={create} unless={unless}>
              Create mirror
            </Action>
            <button type="button" onClick={forget}>
              Clear
            </button>
          </div>
        </div>
        <PreviewPane request={request} />
      </div>
    </section>
  );
}
