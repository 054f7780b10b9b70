import { LIMITS } from '@agentainer/core';
import type { Items } from './items.js';

/** What the brackets of a list take, and the comma before a further item. */
const BRACKETS = 2;
const COMMA = 1;

/**
 * The inputs of a map step's tasks: its items, or with batches lists of them, in order, as JSON texts. Each list has as many
 * items as the bounds let it; one that is larger than a batch may be is a batch of its own.
 */
export function batchesOf(
  items: Items,
  { batch_size, batch_bytes }: { batch_size?: number; batch_bytes?: number },
): Items {
  if (batch_size === undefined && batch_bytes === undefined) return items;
  return lists(items, batch_size ?? LIMITS.batchSize, batch_bytes ?? LIMITS.itemBytes);
}

async function* lists(items: Items, most: number, mostBytes: number): AsyncIterable<string> {
  let batch: string[] = [];
  let bytes = BRACKETS;
  for await (const item of items) {
    const size = Buffer.byteLength(item) + COMMA;
    if (batch.length === most || (batch.length > 0 && bytes + size - COMMA > mostBytes)) {
      yield `[${batch.join(',')}]`;
      batch = [];
      bytes = BRACKETS;
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) yield `[${batch.join(',')}]`;
}
