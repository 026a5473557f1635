import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Props {
  label: string;
  hint?: string;
  problems?: readonly string[];
  children: (ids: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => ComponentChildren;
}

/** A form's field: label, input, what it is for, and what is wrong with it. */
export function Field({ label, hint, problems = [], children }: Props) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": `${id}-about`, "aria-invalid": problems.length > 0 })}
      <p id={`${id}-about`} class={problems.length > 0 ? "refused" : "muted"}>
        {problems.length > 0 ? problems.join(" ") : hint}
      </p>
    </div>
  );
}
