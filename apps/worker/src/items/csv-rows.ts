import { pipeline, Readable } from 'node:stream';
import { LIMITS } from '@agentainer/core';
import { CsvError, parse } from 'csv-parse';
import { invalid, type ItemText } from './item-text.js';

/** Each row as an object of texts, by the names in the first row; empty rows are passed over. */
export async function* csvRows(text: ItemText): AsyncGenerator<string> {
  const parser = parse({ columns: names, skip_empty_lines: true, max_record_size: LIMITS.itemBytes });
  // What goes wrong ends the last stream, too, and is thrown there.
  pipeline(Readable.from(text.pieces()), parser, () => undefined);
  const rows = parser as AsyncIterable<Record<string, string>>;
  try {
    for await (const row of rows) yield JSON.stringify(row);
  } catch (error) {
    throw error instanceof CsvError ? invalid(`not CSV: ${error.message}`) : error;
  }
}

function names(header: string[]): string[] {
  const twice = header.find((name, i) => header.indexOf(name) < i);
  if (twice !== undefined) throw invalid(`line 1 names the column "${twice}" twice`);
  return header;
}
