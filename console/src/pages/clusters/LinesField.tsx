import { Field } from "../../parts/Field";

interface Props {
  label: string;
  hint: string;
  problems: readonly string[];
  rows: number;
  value: string;
  type: (value: string) => void;
  placeholder?: string;
  spellcheck?: boolean;
}

/** A field of several lines. */
export function LinesField({ label, hint, problems, type, ...area }: Props) {
  return (
    <Field label={label} hint={hint} problems={problems}>
      {(ids) => (
        <textarea {...ids} {...area} class="mono" onInput={(event) => type(event.currentTarget.value)} />
      )}
    </Field>
  );
}
