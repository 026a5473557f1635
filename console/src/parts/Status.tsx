import { tone } from "../words/status";
import { ToneIcon } from "./Icon";

/** A status by word, shape and colour. */
export function Status({ status }: { status: string }) {
  return (
    <span class={`status tone-${tone(status)}`}>
      <ToneIcon tone={tone(status)} />
      {status}
    </span>
  );
}

const SEVERITY_TONES = { critical: "bad", warning: "warn", info: "moving" } as const;

export function SeverityIcon({ severity }: { severity: string }) {
  const tone = SEVERITY_TONES[severity as keyof typeof SEVERITY_TONES] ?? "unknown";
  return (
    <span class={`tone-${tone}`} role="img" aria-label={severity}>
      <ToneIcon tone={tone} />
    </span>
  );
}
