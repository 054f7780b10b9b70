import { setTimeout } from 'node:timers/promises';
import {
  type Definition,
  InvalidInputError,
  isMap,
  LIMITS,
  newId,
  type Step,
  type TaskError,
} from '@agentainer/core';
import { batchesOf } from './batches.js';
import { type ItemReader, ItemSourceError } from './item-reader.js';
import { type Items, itemsOf } from './items.js';
import type { RunStore } from './ports.js';
import { treeOf } from './tree-growth.js';

/** Items, and characters of them, that are written at once: they bound what a process holds and how long Redis is held. */
const PAGE_ITEMS = 500;
const PAGE_LENGTH = 256 * 1_024;

/** How often items outside are tried to be read that may be there a moment later. */
const MOST_TRIES = 3;
const TRY_AGAIN_MS = 1_000;

/** How many tasks a step has and where their items were put, or why they could not be laid out. */
export type Layout = { total: number; layout?: string } | { error: TaskError };

/** Stores the items of a map step, one task for each or for each batch; other steps have one task, whose input the lane reads. Harmless when repeated. */
export async function layOutTasks(
  runs: RunStore,
  runId: string,
  definition: Definition,
  step: Step,
  reader?: ItemReader,
): Promise<Layout> {
  if (!isMap(step)) {
    const records = step.type === 'reduce' && step.fan_in ? (await runs.load(runId))?.steps : undefined;
    return { total: treeOf(definition, step, records ?? [])?.leaves ?? 1 };
  }
  for (let tries = 1; ; tries++) {
    const layout = newId('layout');
    try {
      const items = await itemsOf(runs, runId, definition, step.items, reader);
      const batches = batchesOf(withinLimits(items), step.type === 'map' ? step : {});
      let total = 0;
      for await (const page of pagesOf(batches)) {
        await runs.putItems(runId, step.name, layout, total, page);
        total += page.length;
      }
      return total > 0 ? { total, layout } : { total };
    } catch (error) {
      await runs.dropItems(runId, step.name, layout);
      if (!(error instanceof ItemSourceError && error.mayPass && tries < MOST_TRIES)) return failure(error);
      await setTimeout(tries * TRY_AGAIN_MS);
    }
  }
}

/** @throws what is no fault of the items */
function failure(error: unknown): { error: TaskError } {
  if (error instanceof ItemSourceError)
    return { error: { code: error.code, message: `items: ${error.message}` } };
  if (!(error instanceof InvalidInputError)) throw error;
  return { error: { code: 'INPUT_INVALID', message: `items: ${error.message}` } };
}

/** @throws {InvalidInputError} where they are more, or longer, than a step may have */
async function* withinLimits(items: Items): AsyncIterable<string> {
  let count = 0;
  let bytes = 0;
  for await (const item of items) {
    const size = Buffer.byteLength(item);
    bytes += size;
    if (++count > LIMITS.items) throw tooMany(`there are more than ${LIMITS.items}`);
    if (size > LIMITS.itemBytes) throw tooMany(`item ${count - 1} has more than ${LIMITS.itemBytes} bytes`);
    if (bytes > LIMITS.itemsBytes) throw tooMany(`they have more than ${LIMITS.itemsBytes} bytes together`);
    yield item;
  }
}

async function* pagesOf(inputs: Items): AsyncIterable<string[]> {
  let page: string[] = [];
  let length = 0;
  for await (const input of inputs) {
    page.push(input);
    length += input.length;
    if (page.length < PAGE_ITEMS && length < PAGE_LENGTH) continue;
    yield page;
    page = [];
    length = 0;
  }
  if (page.length > 0) yield page;
}

function tooMany(message: string): InvalidInputError {
  return new InvalidInputError([{ path: '', message }]);
}
