import type { ComponentChildren } from "preact";

interface Props {
  label: string;
  /** How high it may grow before it scrolls: `limited` or `tall`. */
  class?: string;
  children: ComponentChildren;
}

/** What may be wider or longer than its place: it scrolls by itself, by keyboard too. */
export function Scroll({ label, class: size = "", children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: it scrolls, and is no form
    <div class={`scroll ${size}`} tabIndex={0} role="group" aria-label={label}>
      {children}
    </div>
  );
}
