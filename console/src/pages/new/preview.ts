import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError, write } from "../../api/client";
import type { FieldError, MirrorRequest, Preview } from "../../api/types";

// Longer than between two keys, and within what the API lets through (2 previews a second).
const REST_MS = 600;

export const preview = signal<Preview | undefined>(undefined);
export const refusal = signal<ApiError | undefined>(undefined);
export const isAsking = signal(false);

/** Asks for a preview whenever the request rests; an old answer is shown until the next comes. */
export function usePreview(request: MirrorRequest | undefined): void {
  const text = request ? JSON.stringify(request) : "";
  useEffect(() => {
    if (!text) {
      preview.value = undefined;
      refusal.value = undefined;
      return;
    }
    const aborted = new AbortController();
    const timer = setTimeout(() => void ask(text, aborted.signal), REST_MS);
    return () => {
      clearTimeout(timer);
      aborted.abort();
    };
  }, [text]);
}

/** What is wrong with a field, by the preview or by the refusal of a create. */
export function problemsOf(field: string): string[] {
  const said: readonly (FieldError | { field: string | null; message: string })[] = [
    ...(preview.value?.problems ?? []),
    ...(refusal.value?.fields ?? []),
  ];
  return said
    .filter((one) => one.field === field || one.field?.startsWith(`${field}.`))
    .map((one) => one.message);
}

async function ask(text: string, aborted: AbortSignal): Promise<void> {
  isAsking.value = true;
  try {
    const found = await write<Preview>("POST", "/mirrors/preview", [], JSON.parse(text), {}, aborted);
    preview.value = found;
    refusal.value = undefined;
  } catch (error) {
    if (aborted.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    refusal.value = error;
    preview.value = undefined;
  } finally {
    if (!aborted.aborted) isAsking.value = false;
  }
}
