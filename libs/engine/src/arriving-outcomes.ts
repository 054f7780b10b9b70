import { setTimeout as sleep } from 'node:timers/promises';
import type { RunStore } from './ports.js';
import { outcomeText } from './outcome-text.js';

/** Outcomes read from the record at once: bounds what a process holds. */
const AT_ONCE = 100;
/** How long to wait for more, in milliseconds: shortly after something came, longer and longer while nothing does. */
const SHORTEST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 250;

/** Waits for so many milliseconds, or until the signal aborts. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

const pauseFor: Pause = (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined);

/**
 * How the tasks of a step end, as one JSON list whose parts come while they do; undefined where their order is not
 * kept. It ends when the step has, and when the signal aborts: where the reader's own step has ended nothing more comes,
 * for what it would make of an end is not wanted.
 */
export async function arrivingOutcomes(
  runs: Pick<RunStore, 'arrivals'>,
  { runId, step, reader }: { runId: string; step: string; reader: string },
  signal: AbortSignal,
  pause: Pause = pauseFor,
): Promise<AsyncIterable<string> | undefined> {
  const look = (from: number) => runs.arrivals(runId, step, reader, from, AT_ONCE);
  const first = await look(0);
  return first.areKept ? follow(first, look, signal, pause) : undefined;
}

async function* follow(
  first: Awaited<ReturnType<RunStore['arrivals']>>,
  look: (from: number) => Promise<typeof first>,
  signal: AbortSignal,
  pause: Pause,
): AsyncIterable<string> {
  let separator = '[';
  let from = 0;
  let wait = SHORTEST_WAIT_MS;
  for (let seen = first; !signal.aborted; seen = await look(from)) {
    const outcomes = seen.areWanted ? seen.outcomes : [];
    from += outcomes.length;
    const texts = outcomes.flatMap(({ index, outcome }) => (outcome && outcomeText(outcome, index)) ?? []);
    if (texts.length > 0) {
      yield separator + texts.join(',');
      separator = ',';
    }
    if (seen.areAll && seen.areWanted) break;
    if (outcomes.length > 0) wait = SHORTEST_WAIT_MS;
    if (outcomes.length === AT_ONCE) continue;
    await pause(wait, signal);
    wait = Math.min(wait * 1.5, LONGEST_WAIT_MS);
  }
  yield separator === '[' ? '[]' : ']';
}
