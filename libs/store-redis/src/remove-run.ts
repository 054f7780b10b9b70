import type { Definition } from '@agentainer/core';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';

/** Fields looked at, and keys unlinked, in one command: bounds how long Redis is held. */
const AT_ONCE = 500;

/**
 * Deletes all keys of a run that has ended, its record last, so that a deletion that failed half-way can be asked
 * for again; then its entries in the indexes, which lead to nothing until they go.
 */
export async function removeRun(
  redis: Redis,
  keys: Keys,
  run: { id: string; definition: Definition; workflowId: string | null },
): Promise<void> {
  for (const { name } of run.definition.steps) await removeStep(redis, keys, run.id, name);
  await removeState(redis, keys, run.id);
  const waits = run.definition.steps.filter((step) => step.type === 'wait').map((step) => step.name);
  if (waits.length > 0) await redis.zrem(keys.waits(), ...waits.map((name) => `${run.id}|${name}`));
  await redis.unlink(
    // After the tasks: nothing is added to the logs of a task that is no more.
    keys.runLogs(run.id),
    keys.runLogBytes(run.id),
    keys.runChildren(run.id),
    keys.runSignals(run.id),
    keys.runEvents(run.id),
    keys.runSteps(run.id),
    keys.run(run.id),
  );
  await redis.zrem(keys.runs(), run.id);
  await redis.zrem(keys.activeRuns(), run.id);
  await redis.zrem(keys.deadLetters(), run.id);
  if (run.workflowId) {
    await redis.zrem(keys.workflowRuns(run.workflowId), run.id);
    await redis.zrem(keys.workflowActiveRuns(run.workflowId), run.id);
    await redis.zrem(keys.workflowJobs(run.workflowId), run.id);
  }
}

async function removeStep(redis: Redis, keys: Keys, runId: string, step: string): Promise<void> {
  // Only tasks that ended with their step still have state operations.
  const cutOff = await redis.hget(keys.runSteps(runId), `${step}:openTasks`);
  if (cutOff) {
    const operations = keys.stepOperations(runId, step);
    await eachField(redis, keys.stepTasks(runId, step), (indexes) =>
      redis.unlink(...indexes.map((index) => `${operations}:${index}`)),
    );
  }
  await redis.unlink(
    keys.stepItems(runId, step),
    keys.stepTasks(runId, step),
    keys.stepOutcomes(runId, step),
    keys.stepArrivals(runId, step),
    keys.stepAlive(runId, step),
    keys.stepRetries(runId, step),
    keys.stepHistory(runId, step),
  );
}

async function removeState(redis: Redis, keys: Keys, runId: string): Promise<void> {
  const state = keys.state(runId);
  await eachField(redis, state, (names) =>
    redis.unlink(...names.flatMap((name) => [keys.stateList(runId, name), keys.stateSet(runId, name)])),
  );
  await redis.unlink(state);
}

async function eachField(
  redis: Redis,
  hash: string,
  visit: (fields: string[]) => Promise<unknown>,
): Promise<void> {
  let cursor = '0';
  do {
    const [next, found] = await redis.hscan(hash, cursor, 'COUNT', AT_ONCE);
    const fields = found.filter((_, i) => i % 2 === 0);
    if (fields.length > 0) await visit(fields);
    cursor = next;
  } while (cursor !== '0');
}
