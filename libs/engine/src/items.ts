import {
  areOutside,
  type Definition,
  InvalidInputError,
  isMap,
  type ItemRange,
  type ItemSource,
  type Json,
  rangeLength,
} from '@agentainer/core';
import type { ItemReader } from './item-reader.js';
import type { RunStore } from './ports.js';
import { stepNamed } from './step-lanes.js';
import { RunValues } from './values.js';

/** Items as JSON texts, one after the other. */
export type Items = Iterable<string> | AsyncIterable<string>;

/**
 * The items that a source names. What may be many is read as it is asked for, page by page.
 * @throws {InvalidInputError} where there is no list, at once or when it is read.
 */
export async function itemsOf(
  runs: RunStore,
  runId: string,
  definition: Definition,
  source: ItemSource,
  reader?: ItemReader,
): Promise<Items> {
  if (Array.isArray(source)) return texts(source);
  if ('range' in source) return numbers(source.range);
  if ('state' in source) {
    const pages = await runs.stateElements(runId, source.state);
    if (!pages) throw invalid(`the state has no list under "${source.state}"`);
    return flat(pages);
  }
  if (areOutside(source)) {
    if (!reader) throw new Error('who has no reader of items leaves them to others');
    return reader.read(source);
  }
  const values = new RunValues(runs, runId, definition);
  if ('step' in source && source.pointer === '' && isMap(stepNamed(definition, source.step))) {
    return values.resultsOf(source.step);
  }
  const list = await values.resolve(source);
  if (!Array.isArray(list)) throw invalid('the items are not a list');
  return texts(list);
}

function* texts(list: readonly Json[]): Iterable<string> {
  for (const item of list) yield JSON.stringify(item);
}

function* numbers(range: ItemRange): Iterable<string> {
  const count = rangeLength(range);
  for (let i = 0; i < count; i++) yield String(range.from + i * range.step);
}

async function* flat(pages: AsyncIterable<string[]>): AsyncIterable<string> {
  for await (const page of pages) yield* page;
}

function invalid(message: string): InvalidInputError {
  return new InvalidInputError([{ path: '', message }]);
}
