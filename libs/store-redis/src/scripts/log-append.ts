import type { KeptChunk, LogAttempt, LogChunk } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('log-append');

/** What Redis holds of a chunk beside its text, in bytes. */
const ENTRY_BYTES = 100;

/** What a chunk with that text costs, in bytes. */
export function logCost(text: string): number {
  return Buffer.byteLength(text) + ENTRY_BYTES;
}

export interface LogAppend {
  chunks: readonly LogChunk[];
  obsolete: readonly KeptChunk[];
  /** What the logs of the run may cost together, in bytes. */
  runBytes: number;
}

/** Keeps more of what an attempt printed. Undefined where its task has begun another one, or is no more. */
export async function appendLog(
  redis: Redis,
  keys: Keys,
  { runId, step, index, attempt }: LogAttempt,
  { chunks, obsolete, runBytes }: LogAppend,
): Promise<KeptChunk[] | undefined> {
  const answer = await script.run(
    redis,
    [keys.stepTasks(runId, step), keys.runLogs(runId), keys.runLogBytes(runId)],
    [
      step,
      index,
      attempt,
      runBytes,
      ENTRY_BYTES,
      obsolete.length,
      ...obsolete.flatMap(({ id, bytes }) => [id, bytes]),
      ...chunks.flatMap(({ stream, offset, text }) => [stream, offset, text]),
    ],
  );
  if (answer === null) return undefined;
  const told = answer as (string | number)[];
  return chunks.map((_, i) => ({ id: told[2 * i] as string, bytes: told[2 * i + 1] as number }));
}
