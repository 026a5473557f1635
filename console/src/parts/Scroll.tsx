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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <section class={`scroll ${size}`} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
