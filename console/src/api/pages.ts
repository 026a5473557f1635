const PAGE = 200;

interface Page {
  nextToken: string | null;
}

/** What a call of a page takes. */
export interface PageQuery {
  limit: number;
  nextToken: string | undefined;
}

/**
 * Every row of a list, read page by page from `start` on; `show` gets what is known after each page but the last.
 */
export async function everyRow<P extends Page, Row>(
  read: (query: PageQuery) => Promise<P>,
  rows: (page: P) => readonly Row[],
  show: (partly: Row[]) => void = () => {},
  start?: string,
): Promise<Row[]> {
  const every: Row[] = [];
  let nextToken = start;
  do {
    const page = await read({ limit: PAGE, nextToken });
    every.push(...rows(page));
    nextToken = page.nextToken ?? undefined;
    if (nextToken) show([...every]);
  } while (nextToken);
  return every;
}
