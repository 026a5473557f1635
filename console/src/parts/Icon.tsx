import type { Tone } from "../words/status";

// 16 x 16, drawn for one stroke of the text's colour; each tone has a shape of its own.
const SHAPES: Record<Tone, string> = {
  good: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM5 8.2l2.2 2.2L11.2 6",
  bad: "M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3ZM8 4.6v4M8 11v.4",
  warn: "M8 1.8 15 14H1ZM8 6v4M8 12v.2",
  unknown: "M8 1.2 14.8 8 8 14.8 1.2 8ZM6.3 6.4a1.7 1.7 0 1 1 2.4 1.7c-.5.3-.7.6-.7 1.1M8 11.2v.2",
  moving: "M8 1.5A6.5 6.5 0 0 1 14.5 8M8 1.5A6.5 6.5 0 1 0 12.6 12.6M12.6 12.6v-3M12.6 12.6h-3",
  held: "M2 2h12v12H2ZM6.2 5.5v5M9.8 5.5v5",
};

export function ToneIcon({ tone }: { tone: Tone }) {
  return <Icon path={SHAPES[tone]} />;
}

export function Icon({ path }: { path: string }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={path} />
    </svg>
  );
}

export const ARROW = "M1 8h13M10 4l4 4-4 4";
export const REFRESH = "M13.5 8A5.5 5.5 0 1 1 11.8 4M12 1.2V4.4H8.8";
export const PAUSE = "M5 3v10M11 3v10";
export const PLAY = "M4 2.5 13 8l-9 5.5Z";
export const PLUS = "M8 2.5v11M2.5 8h11";
export const PENCIL = "M2.5 13.5l.7-3.2 7.6-7.6 2.5 2.5-7.6 7.6ZM9.3 4.2l2.5 2.5";
export const COPY = "M5.5 5.5h8v8h-8ZM3 10.5H2.5v-8h8V3";
