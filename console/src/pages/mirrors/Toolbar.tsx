import { useEffect, useRef } from "preact/hooks";
import type { MirrorSummary } from "../../api/types";
import { place, remember } from "../../state/router";
import { count, many } from "../../words/format";
import { filterOf, matching, ORDERS } from "./fleet";

/** Search, order and grouping; all of it is in the URL. */
export function Toolbar({ mirrors }: { mirrors: readonly MirrorSummary[] }) {
  const search = useRef<HTMLInputElement>(null);
  const filter = filterOf(place.value.query);
  const found = matching(mirrors, filter).length;
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== "/" || isTyping(event.target)) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  return (
    <div class="toolbar">
      <input
        ref={search}
        type="search"
        aria-label="Search mirrors"
        placeholder="Search name, cluster, topic, tag, reason   ( / )"
        value={place.value.query.get("q") ?? ""}
        onInput={(event) => remember({ q: event.currentTarget.value })}
      />
      <label>
        Order
        <select value={filter.order} onChange={(event) => remember({ order: event.currentTarget.value })}>
          {Object.entries(ORDERS).map(([order, words]) => (
            <option key={order} value={order}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={place.value.query.get("group") === "connect"}
          onChange={(event) => remember({ group: event.currentTarget.checked ? "connect" : undefined })}
        />
        By Connect cluster
      </label>
      <output class="muted">
        {found === mirrors.length
          ? many(found, "mirror")
          : `${count(found)} of ${many(mirrors.length, "mirror")}`}
      </output>
    </div>
  );
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input, textarea, select, [contenteditable]");
}
