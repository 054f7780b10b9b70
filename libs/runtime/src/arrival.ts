import { type Clock, systemClock } from './clock.js';
import type { Logger } from './logger.js';

/** Milliseconds between two looks: at first, and at most. */
const LOOK_MS = 100;
const LONGEST_LOOK_MS = 1_000;
/** Milliseconds until it is said again that something is away: at first, and at most. */
const NOTICE_MS = 5_000;
const LONGEST_NOTICE_MS = 60_000;

/** Something that a process needs was away for as long as the process may wait for it. */
export class AwayError extends Error {
  readonly code = 'AWAY';

  constructor(
    readonly what: string,
    readonly reason: string,
    withinMs: number,
  ) {
    super(`${what} was away for ${withinMs / 1_000} s: ${reason}`);
    this.name = 'AwayError';
  }
}

export interface ArrivalOptions {
  /** What is waited for, as logs name it. */
  what: string;
  /** How long, in milliseconds; with 0 it has to be there at the first look. */
  withinMs: number;
  /** Why it is away; undefined where it is there. What this throws ends the wait; it ends itself where `stopping` aborts. */
  look: (stopping?: AbortSignal) => Promise<string | undefined>;
  logger: Logger;
  clock?: Clock;
}

/**
 * Waits for something that may start later than this process, and says so: at once, and then ever more seldom.
 * Ends early, and quietly, where `stopping` aborts.
 * @throws {AwayError} where it does not come within `withinMs`
 */
export async function awaitArrival(options: ArrivalOptions, stopping?: AbortSignal): Promise<void> {
  const { what, withinMs, look, logger, clock = systemClock } = options;
  const began = clock.now();
  let pauseMs = LOOK_MS;
  let [noticeMs, noticed] = [NOTICE_MS, -Infinity];
  for (;;) {
    const reason = await look(stopping).catch((error: unknown) => {
      if (!stopping?.aborted) throw error;
    });
    if (stopping?.aborted) return;
    const waitedMs = clock.now() - began;
    if (reason === undefined) {
      if (noticed >= 0) logger.info({ waitedMs }, `${what} is there`);
      return;
    }
    const leftMs = withinMs - waitedMs;
    if (leftMs <= 0) throw new AwayError(what, reason, withinMs);
    if (waitedMs - noticed >= noticeMs) {
      if (noticed >= 0) noticeMs = Math.min(2 * noticeMs, LONGEST_NOTICE_MS);
      noticed = waitedMs;
      logger.warn({ reason, waitedMs, leftMs }, `${what} is away: waiting for it`);
    }
    await clock.sleep(Math.min(pauseMs, leftMs), stopping).catch(() => undefined);
    pauseMs = Math.min(2 * pauseMs, LONGEST_LOOK_MS);
  }
}
