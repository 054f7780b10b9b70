import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal, RUN_TRANSITIONS } from '@agentainer/core';
import type { RunBody } from '@agentainer/contracts';
import { WaitTimeoutError } from './api-errors.js';

/** Between two looks at a run, in milliseconds: short at first, for short runs. */
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;
const GROWTH = 1.3;

export interface WaitOptions {
  /** Without it, as long as the run takes: its own deadline bounds that. */
  timeoutMs?: number;
  /** Called with every look at the run, the last one included. */
  onProgress?: (run: RunBody) => void;
  /** Ends the waiting with an `AbortError`. */
  signal?: AbortSignal;
}

/** The run once it has ended, however it did. @throws {WaitTimeoutError} */
export async function waitForRun(
  look: () => Promise<RunBody>,
  { timeoutMs, onProgress, signal }: WaitOptions,
): Promise<RunBody> {
  const began = performance.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(MAX_PAUSE_MS, pause * GROWTH)) {
    const run = await look().catch((error: unknown) => {
      // A request that the signal ended fails in its own way, or in that of the connection.
      throw signal?.aborted ? new DOMException('the waiting was given up', 'AbortError') : error;
    });
    onProgress?.(run);
    if (isTerminal(RUN_TRANSITIONS, run.status)) return run;
    const left = timeoutMs === undefined ? Infinity : timeoutMs - (performance.now() - began);
    if (left <= 0) throw new WaitTimeoutError(run.id, timeoutMs!);
    await sleep(Math.min(pause, left), undefined, { signal });
  }
}
