import type { ChildLane, Lane, RunAdvancer } from '@agentainer/engine';
import { AGEING_MS, type PoolSpec, tasksAtOnce } from '@agentainer/core';
import {
  CHILDREN_QUEUE,
  Consumer,
  ITEMS_QUEUE,
  lanePayload,
  laneTicket,
  poolQueue,
  runPayload,
  RUNS_QUEUE,
  stepPayload,
  STEPS_QUEUE,
} from '@agentainer/queue-bullmq';
import type { Logger, Service } from '@agentainer/runtime';
import type { PoolConsumer } from './pool-consumers.js';

/** Each reads from outside, and is written to Redis, piece by piece. */
const READINGS_AT_ONCE = 2;
/** Fan-ins and roots are short: a few round trips each. */
const ADVANCES_AT_ONCE = 16;
/** Lanes that start child runs never wait for anything but Redis. */
const STARTERS_AT_ONCE = 4;

export interface ConsumerContext {
  redisUrl: string;
  keyPrefix: string;
  logger: Logger;
}

/** What takes the root jobs of runs and the fan-in jobs of steps: both bring the run to where its record says. */
export function advanceConsumers(context: ConsumerContext, advancer: RunAdvancer): Service[] {
  const common = { ...context, concurrency: ADVANCES_AT_ONCE };
  const done = { kind: 'done' as const };
  return [
    new Consumer({
      ...common,
      queueName: STEPS_QUEUE,
      payload: stepPayload,
      handle: ({ runId, step }) => advancer.fanIn(runId, step).then(() => done),
    }),
    new Consumer({
      ...common,
      queueName: RUNS_QUEUE,
      payload: runPayload,
      handle: ({ runId }) => advancer.advance(runId).then(() => done),
    }),
  ];
}

/** What takes the lanes that start child runs. */
export function childLaneConsumer(context: ConsumerContext, lane: ChildLane): Service {
  return new Consumer({
    ...context,
    queueName: CHILDREN_QUEUE,
    concurrency: STARTERS_AT_ONCE,
    payload: lanePayload,
    ageingMs: AGEING_MS,
    handle: (job, { signal }) => lane.work(job, signal),
  });
}

/** What takes steps whose items are outside: it opens them. @param advancerUntil one that reads items until it is told to stop */
export function itemsConsumer(
  context: ConsumerContext,
  advancerUntil: (stop: AbortSignal) => RunAdvancer,
): Service {
  return new Consumer({
    ...context,
    concurrency: READINGS_AT_ONCE,
    queueName: ITEMS_QUEUE,
    payload: stepPayload,
    handle: ({ runId }, { signal }) =>
      advancerUntil(signal)
        .advance(runId)
        .then(() => ({ kind: 'done' as const })),
  });
}

/** What takes the lanes of one pool, so many at once: more than the pool's agents serve would only wait for one. */
export function laneConsumer(
  context: ConsumerContext,
  pool: PoolSpec,
  lane: Lane,
  lanes = tasksAtOnce(pool.config.max_size, pool.config),
): PoolConsumer {
  const consumer: Consumer<typeof lanePayload> = new Consumer({
    ...context,
    queueName: poolQueue(pool.id),
    concurrency: lanes,
    payload: lanePayload,
    ageingMs: AGEING_MS,
    handle: (payload, { signal, jobId, change }) =>
      lane.work(payload, {
        signal,
        ticket: laneTicket(pool.id, jobId),
        othersWait: (priority) => consumer.othersWait(priority),
        moveOn: change,
      }),
  });
  return consumer;
}
