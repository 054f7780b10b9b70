import type { LaneWaker, StepLanes, StepQueue } from '@agentainer/engine';
import { FlowProducer, type FlowJob, type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { connectQueue, queuePrefix } from './connection.js';
import {
  ITEMS_QUEUE,
  laneJobId,
  laneQueue,
  poolQueue,
  readLaneTicket,
  RUNS_QUEUE,
  stepJobId,
  STEPS_QUEUE,
} from './queue-names.js';

/** Ended jobs are kept for people to look at, not for the engine; the run record has the history. */
const KEPT = { removeOnComplete: { age: 3_600, count: 1_000 }, removeOnFail: { age: 86_400, count: 1_000 } };

/**
 * A job that failed all its attempts must not hold up its parent: the parent decides from the record, and the
 * sweeper queues again what is missing.
 */
const OPTIONS: JobsOptions = {
  ...KEPT,
  attempts: 20,
  backoff: { type: 'fixed', delay: 1_000 },
  ignoreDependencyOnFailure: true,
};

const LIVE = ['active', 'waiting', 'delayed', 'prioritized', 'waiting-children'] as const;
/** What BullMQ keeps of a queue beside its jobs. */
const NOT_OF_JOBS = ['meta', 'id', 'pc', 'marker', 'events', 'stalled-check'];
const ALIVE: ReadonlySet<string> = new Set(LIVE);

/** Queues runs as BullMQ flows: a root for the run, over a fan-in for each step of several lanes, over the lanes. */
export class BullStepQueue implements StepQueue, LaneWaker {
  private readonly connection: Redis;
  private flowProducer: FlowProducer | undefined;
  private readonly queuesByName = new Map<string, Queue>();
  private readonly prefix: string;

  constructor(redisUrl: string, keyPrefix: string) {
    this.connection = connectQueue(redisUrl);
    this.prefix = queuePrefix(keyPrefix);
  }

  async addRun(runId: string, steps: StepLanes[]): Promise<void> {
    await this.flows.add({
      name: 'run',
      queueName: RUNS_QUEUE,
      data: { runId },
      opts: { ...OPTIONS, jobId: runId },
      children: steps.map((step) => this.flowOf(runId, step)),
    });
  }

  async addSteps(runId: string, steps: StepLanes[]): Promise<void> {
    const parent = { id: runId, queue: `${this.prefix}:${RUNS_QUEUE}` };
    for (const step of steps) {
      const flow = this.flowOf(runId, step);
      try {
        await this.flows.add({ ...flow, opts: { ...flow.opts, parent } });
      } catch (error) {
        // A run that waited has no root: none was queued, or it ended while there was nothing under it.
        if (!isWithoutParent(error)) throw error;
        await this.addRun(runId, [step]);
      }
    }
  }

  async wakeRuns(runIds: string[]): Promise<void> {
    const jobs = runIds.map((runId) => ({ name: 'wake', data: { runId }, opts: OPTIONS }));
    await this.queue(RUNS_QUEUE).addBulk(jobs);
  }

  /** The job is gone once it has ended: until the step is open, it may have to be done again. */
  async askForItems(runId: string, step: string): Promise<void> {
    const gone = { removeOnComplete: true, removeOnFail: true };
    const options = { ...OPTIONS, ...gone, jobId: `${runId}.${step}.items` };
    await this.queue(ITEMS_QUEUE).add(step, { runId, step }, options);
  }

  async hasLanes(runId: string, step: StepLanes): Promise<boolean> {
    const queue = this.queue(laneQueue(step.pool));
    for (let lane = 0; lane < step.lanes; lane++) {
      if (ALIVE.has(await queue.getJobState(laneJobId(runId, step.step, step.generation, lane)))) return true;
    }
    return false;
  }

  /** Lanes that do not wait for their time any more are left alone. */
  async wake(ticket: string): Promise<void> {
    const { queueName, jobId } = readLaneTicket(ticket);
    const job = await this.queue(queueName).getJob(jobId);
    if (await job?.isDelayed()) await job!.promote();
  }

  /** Lanes in the queue of a pool that no worker has taken. */
  async depth(poolId: string): Promise<number> {
    return this.queue(poolQueue(poolId)).getJobCountByTypes('waiting', 'prioritized');
  }

  /** Deletes what is left of a pool's queue, ended jobs included; false where there are lanes in it. Harmless at any time. */
  async clear(poolId: string): Promise<boolean> {
    const name = poolQueue(poolId);
    const queue = this.queue(name);
    if ((await queue.getJobCountByTypes(...LIVE)) > 0) return false;
    for (const ended of ['completed', 'failed'] as const) await queue.clean(0, 0, ended);
    // Nothing of a job: what may be added just now is not touched, and taken some seconds later at worst.
    await this.connection.del(NOT_OF_JOBS.map((part) => queue.toKey(part)));
    this.queuesByName.delete(name);
    await queue.close();
    return true;
  }

  /** The queue of that name, for those that show queues. */
  queue(name: string): Queue {
    const known = this.queuesByName.get(name);
    if (known) return known;
    const queue = new Queue(name, { connection: this.connection, prefix: this.prefix });
    this.queuesByName.set(name, queue);
    return queue;
  }

  async close(): Promise<void> {
    await this.flowProducer?.close();
    await Promise.all([...this.queuesByName.values()].map((queue) => queue.close()));
    this.connection.disconnect();
  }

  private get flows(): FlowProducer {
    this.flowProducer ??= new FlowProducer({ connection: this.connection, prefix: this.prefix });
    return this.flowProducer;
  }

  /** A step's lanes under their fan-in; a single lane needs none, for it brings the run forward itself, or is run again. */
  private flowOf(runId: string, { step, pool, lanes, generation, priority }: StepLanes): FlowJob {
    const jobs: FlowJob[] = Array.from({ length: lanes }, (_, lane) => ({
      name: `${step} lane ${lane}`,
      queueName: laneQueue(pool),
      data: { runId, step, generation },
      opts: { ...OPTIONS, priority, jobId: laneJobId(runId, step, generation, lane) },
    }));
    if (jobs.length === 1) return jobs[0]!;
    return {
      name: step,
      queueName: STEPS_QUEUE,
      data: { runId, step },
      opts: { ...OPTIONS, jobId: stepJobId(runId, step, generation) },
      children: jobs,
    };
  }
}

function isWithoutParent(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Missing key for parent job');
}
