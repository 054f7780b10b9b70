import { isTooDeep, LIMITS, MAX_JSON_DEPTH } from '@agentainer/core';
import { invalid, type ItemText } from './item-text.js';

/** The value on each line; lines without one are passed over. */
export async function* jsonLines(text: ItemText): AsyncGenerator<string> {
  let number = 0;
  for await (const line of lines(text)) {
    number++;
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw invalid(`line ${number} is not JSON`);
    }
    if (isTooDeep(value)) throw invalid(`line ${number} nests deeper than ${MAX_JSON_DEPTH} levels`);
    yield line.trim();
  }
}

async function* lines(text: ItemText): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of text.pieces()) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop()!;
    if (rest.length > LIMITS.itemBytes) throw invalid(`a line has more than ${LIMITS.itemBytes} bytes`);
    yield* parts;
  }
  if (rest !== '') yield rest;
}
