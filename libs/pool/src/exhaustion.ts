/** How one pool stands on all hosts together. */
export interface PoolStanding {
  id: string;
  max_size: number;
  /** Agents that there are, those that begin and end with them. */
  agents: number;
  idle: number;
  /** Lanes in line for an agent, or in the pool's queue. */
  waiting: number;
}

/** For how long a pool has been short of agents. */
export interface Shortage {
  since: number;
  /** When it was seen last. */
  last: number;
}

export interface ExhaustionTimes {
  /** Milliseconds of a shortage after which a pool counts as exhausted. */
  afterMs: number;
  /** Milliseconds without one after which it does not any longer; a shorter break does not end a shortage. */
  calmMs: number;
}

export interface ExhaustionJudgement {
  exhausted: boolean;
  /** The shortage that goes on; undefined where there is none. */
  shortage: Shortage | undefined;
}

/** Whether lanes wait for a pool that may have no more agents. One that is to have none is not short of them. */
export function isShort({ max_size, agents, idle, waiting }: PoolStanding): boolean {
  return waiting > 0 && idle === 0 && max_size > 0 && agents >= max_size;
}

/** Judges by what was seen before and is seen now. What begins and ends again and again does not count each time. */
export function judgeExhaustion(
  before: ExhaustionJudgement,
  short: boolean,
  now: number,
  { afterMs, calmMs }: ExhaustionTimes,
): ExhaustionJudgement {
  if (short) {
    const since = before.shortage?.since ?? now;
    return { exhausted: before.exhausted || now - since >= afterMs, shortage: { since, last: now } };
  }
  // Nothing is known of how long it has been calm where the shortage was seen by somebody else.
  const shortage = before.shortage ?? (before.exhausted ? { since: now, last: now } : undefined);
  if (!shortage || now - shortage.last >= calmMs) return { exhausted: false, shortage: undefined };
  return { exhausted: before.exhausted, shortage };
}
