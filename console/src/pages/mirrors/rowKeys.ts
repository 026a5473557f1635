import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { isTyping } from "./Toolbar";

const STEPS: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** j and k, or the arrows in the list, move from row to row; Enter is the link's own. */
export function useRowKeys(ref: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const move = (event: KeyboardEvent) => {
      const step = STEPS[event.key];
      const inList = ref.current?.contains(document.activeElement) ?? false;
      if (!step || isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key.startsWith("Arrow") && !inList) return;
      const links = [...(ref.current?.querySelectorAll<HTMLElement>("a.name") ?? [])];
      const at = links.indexOf(document.activeElement as HTMLElement);
      const next = links[at < 0 ? 0 : at + step];
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    };
    addEventListener("keydown", move);
    return () => removeEventListener("keydown", move);
  }, [ref]);
}
