import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
const KEY = "lockstep.theme";

export const theme = signal<Theme>(stored());

/** Follows the system unless somebody chose; the choice is kept in this browser. */
export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    localStorage.setItem(KEY, theme.value);
  });
}

function stored(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}
