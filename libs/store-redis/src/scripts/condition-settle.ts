import type { ConditionOutcome } from '@agentainer/core';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('condition-settle');

/** Enters whether a step's condition holds. False where it has an answer already, or no longer needs one. */
export async function settleCondition(
  redis: Redis,
  keys: Keys,
  address: { runId: string; step: string },
  outcome: ConditionOutcome,
): Promise<boolean> {
  const { runId, step } = address;
  const kind = 'fault' in outcome ? 'failed' : outcome.holds ? 'held' : 'did_not_hold';
  const settled = await script.run(
    redis,
    [keys.runSteps(runId), keys.runEvents(runId)],
    [step, JSON.stringify(outcome), `condition.${kind}`],
  );
  return settled === 1;
}
