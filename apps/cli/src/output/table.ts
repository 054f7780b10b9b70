import Table from 'cli-table3';
import { printable } from './text.js';

type Cell = string | number | null | undefined;

const NOTHING = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Rows under capitals, two spaces between the columns, nothing drawn. */
export function table(head: string[], rows: Cell[][]): string {
  const drawn = new Table({
    head,
    chars: NOTHING,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  drawn.push(...rows.map((row) => row.map(cellText)));
  return `${drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

/** Names and values, one pair a line. */
export function fields(pairs: [string, Cell][]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${`${name}:`.padEnd(width + 2)}${cellText(value)}\n`).join('');
}

function cellText(cell: Cell): string {
  return cell === null || cell === undefined || cell === '' ? '-' : printableCell(String(cell));
}

/** Our own colours stay. */
function printableCell(text: string): string {
  // eslint-disable-next-line no-control-regex
  const coloured = /^(\u001b\[\d+m)(.*)(\u001b\[0m)$/s.exec(text);
  return coloured ? `${coloured[1]}${printable(coloured[2]!)}${coloured[3]}` : printable(text);
}
