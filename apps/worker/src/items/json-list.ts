import { pipeline, Readable } from 'node:stream';
import { isTooDeep, MAX_JSON_DEPTH } from '@agentainer/core';
import { pick } from 'stream-json/filters/pick.js';
import { streamArray } from 'stream-json/streamers/stream-array.js';
import { invalid, type ItemText } from './item-text.js';

/** Bytes that may be read without coming to the end of an item: what is longer would be held whole. */
const MOST_BETWEEN = 16 * 1_024 * 1_024;

/** The elements of the list at a pointer of a JSON document; what is behind the list is not read. */
export async function* jsonList(text: ItemText, pointer = ''): AsyncGenerator<string> {
  const path = pointer.split('/').slice(1).map(unescape);
  const isList = (stack: readonly (string | number | null)[]) =>
    stack.length === path.length && stack.every((key, i) => String(key) === path[i]);
  let found = path.length === 0;
  const filter = (stack: readonly (string | number | null)[]) => isList(stack) && (found = true);
  const stages =
    path.length === 0
      ? [streamArray.withParserAsStream()]
      : [pick.withParserAsStream({ filter, once: true }), streamArray.asStream()];
  let count = 0;
  let last = 0;
  const bounded = async function* () {
    for await (const piece of text.pieces()) {
      if (text.read - last > MOST_BETWEEN)
        throw invalid(`${MOST_BETWEEN} bytes without an item, after ${count} items`);
      yield piece;
    }
  };
  // What goes wrong ends the last stream, too, and is thrown there.
  pipeline([Readable.from(bounded()), ...stages], () => undefined);
  const values = stages.at(-1)! as AsyncIterable<{ value: unknown }>;
  try {
    for await (const { value } of values) {
      if (isTooDeep(value)) throw invalid(`item ${count} nests deeper than ${MAX_JSON_DEPTH} levels`);
      yield JSON.stringify(value);
      count++;
      last = text.read;
    }
  } catch (error) {
    throw isSyntax(error) ? invalid(`${said(error)}, after ${count} items, before byte ${text.read}`) : error;
  }
  if (!found) throw invalid(`nothing is at ${pointer}`);
}

/** What the parser refuses, which are plain errors; what fails below it has classes of its own. */
function isSyntax(error: unknown): error is Error {
  return error instanceof Error && (error.constructor === Error || error instanceof RangeError);
}

function said({ message }: Error): string {
  return message.startsWith('Top-level') ? 'they are not a list' : `not JSON (${message})`;
}

function unescape(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
