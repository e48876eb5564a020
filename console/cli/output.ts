/** How commands print: a table for people, JSON for programs. */

export type Cell = string | number | undefined;

/** Columns as wide as their widest cell; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '  none yet';
  const text = rows.map((row) => row.map((cell) => (cell === undefined ? '-' : String(cell))));
  const widths = header.map((title, column) =>
    Math.max(title.length, ...text.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[], numbers: boolean) =>
    cells
      .map((cell, column) =>
        numbers && rows.every((row) => typeof row[column] === 'number')
          ? cell.padStart(widths[column]!)
          : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return [
    line(header, true),
    line(
      widths.map((width) => '─'.repeat(width)),
      false,
    ),
    ...text.map((row) => line(row, true)),
  ].join('\n');
}

/** Prints `data` as JSON, or what `render` makes of it. */
export function print<Data>(data: Data, json: boolean | undefined, render: (data: Data) => string): void {
  process.stdout.write(`${json ? JSON.stringify(data, null, 2) : render(data)}\n`);
}

/** Date and minute of an ISO time, in UTC. */
export const shortTime = (iso: string | undefined) => iso?.slice(0, 16).replace('T', ' ');

export const shortDigest = (digest: string) => digest.slice(0, 12);
