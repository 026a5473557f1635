import type { ComponentChildren } from "preact";
import { Action } from "../../parts/Action";
import { Dialog } from "../../parts/Dialog";
import { Field } from "../../parts/Field";

interface Props {
  kind: string;
  known: { name: string } | undefined;
  name: string;
  setName: (name: string) => void;
  problems: readonly string[];
  save: () => Promise<void>;
  unless: string | undefined;
  close: () => void;
  children: ComponentChildren;
}

/** What the registrations of both kinds of clusters have: a name, fields, and the check by the API. */
export function RegistrationDialog(props: Props) {
  const { kind, known, name, setName, problems, save, unless, close, children } = props;
  return (
    <Dialog title={known ? `Register ${known.name} anew` : `Register a ${kind}`} close={close}>
      {!known && (
        <Field label="Name" problems={problems}>
          {(ids) => <input {...ids} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
      )}
      {children}
      <div class="buttons">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <Action class="primary" act={save} unless={unless}>
          Check and register
        </Action>
      </div>
    </Dialog>
  );
}
