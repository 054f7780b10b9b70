/** One line of the report. */
export interface Figure {
  what: string;
  measured: string;
  /** What stands beside it, measured in the same run. */
  beside?: string;
  /** What was promised, and whether it is kept; a line without a promise is for comparison. */
  promise?: { text: string; kept: boolean };
}

/** Lines as aligned text. */
export function formatFigures(figures: readonly Figure[]): string {
  const rows = [
    ['figure', 'measured', 'beside', 'promised', ''],
    ...figures.map((f) => [
      f.what,
      f.measured,
      f.beside ?? '',
      f.promise?.text ?? '',
      f.promise ? (f.promise.kept ? 'kept' : 'MISSED') : '',
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : `${Math.round(value)} ms`;
}

export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString('en')}/s`;
}
