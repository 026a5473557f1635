/** The place of rows that are not drawn, since they are out of sight; `height` in px. */
export function Space({ columns, height }: { columns: number; height: number }) {
  return (
    <tr class="space">
      <td colSpan={columns} style={{ height: `${height}px` }} />
    </tr>
  );
}
