import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('approval-link');

/** Keeps the hash of an approval's token; when it stops to count, or undefined where the step does not wait. */
export async function putApprovalLink(
  redis: Redis,
  keys: Keys,
  { runId, step }: { runId: string; step: string },
  hash: string,
  ttlMs: number,
): Promise<number | undefined> {
  const expiresAt = await script.run(redis, [keys.runSteps(runId)], [step, hash, ttlMs]);
  return (expiresAt as number) || undefined;
}
