/** Words that stand on lines of their own, or with commas between. */
export function list(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((one) => one.trim())
    .filter(Boolean);
}
