import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { readState } from './scripts/state-read.js';

/** A number of bytes follows these marks: the value is a list or a set, kept beside the state. */
const KEPT_BESIDE = new Set(['l', 's']);

/** JSON text of one value of a run's state, unless it is larger than so many bytes: then it is not read at all. */
export async function stateText(
  redis: Redis,
  keys: Keys,
  { runId, key }: { runId: string; key: string },
  maxBytes: number,
): Promise<string | 'too_large' | undefined> {
  const entry = await redis.hget(keys.state(runId), key);
  if (entry === null) return undefined;
  const size = KEPT_BESIDE.has(entry[0]!) ? Number(entry.slice(1)) : Buffer.byteLength(entry);
  if (size > maxBytes) return 'too_large';
  if (!KEPT_BESIDE.has(entry[0]!)) return entry.slice(1);
  const [found] = await readState(redis, keys, runId, key);
  return found && JSON.stringify(found[1]);
}
