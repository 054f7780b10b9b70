import { type Logger, PeriodicService, type Service } from '@agentainer/runtime';
import { DelayedError, type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { z } from 'zod';
import { connectQueue, queuePrefix } from './connection.js';
import { firstScoreOf, QueueAgeing } from './queue-ageing.js';

/** A dead worker's jobs are noticed when their locks end: within `LOCK_MS` + `STALLED_CHECK_MS`. */
const LOCK_MS = 6_000;
const STALLED_CHECK_MS = 3_000;
/** The ledger counts attempts; BullMQ must never give up a job because its workers died. */
const NEVER_TOO_OFTEN = 1_000_000;

/** `again`: the job goes to the end of its queue, not to be run before so many milliseconds. */
export type JobEnd = { kind: 'done' } | { kind: 'again'; inMs: number };

export interface JobContext<T> {
  /** Aborts when the consumer stops. It is this job's alone: what listens to it is as much as one job waits for. */
  signal: AbortSignal;
  jobId: string;
  /** Puts another payload in the place of the job's: it is run again with that one. */
  change(payload: T): Promise<void>;
}

export interface ConsumerOptions<T extends z.ZodType> {
  redisUrl: string;
  keyPrefix: string;
  queueName: string;
  /** Jobs worked on at once. */
  concurrency: number;
  payload: T;
  handle(payload: z.output<T>, job: JobContext<z.output<T>>): Promise<JobEnd>;
  /** Milliseconds after which the first job of a level of priority moves up one, where it is still the first; never, where not given. */
  ageingMs?: number;
  logger: Logger;
}

/** Takes jobs from one queue. When stopped it aborts the signal of those that run, and waits for them. */
export class Consumer<T extends z.ZodType> implements Service {
  readonly name: string;
  private connection: Redis | undefined;
  private worker: Worker | undefined;
  private ageing: Service | undefined;
  private stopping: Promise<void> | undefined;
  /** One for each job that is worked on. */
  private readonly running = new Set<AbortController>();

  constructor(private readonly options: ConsumerOptions<T>) {
    this.name = `consumer of ${options.queueName}`;
  }

  async start(): Promise<void> {
    const { redisUrl, keyPrefix, queueName, concurrency, logger } = this.options;
    this.connection = connectQueue(redisUrl);
    this.worker = new Worker(queueName, (job, token) => this.process(job, token!), {
      connection: this.connection,
      prefix: queuePrefix(keyPrefix),
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: NEVER_TOO_OFTEN,
    });
    this.worker.on('error', (error) => logger.warn({ err: error, queueName }, 'queue error'));
    this.worker.on('failed', (job, error) =>
      logger.error({ err: error, queueName, job: job?.id }, 'job failed'),
    );
    await this.worker.waitUntilReady();
    await this.startAgeing(this.connection);
  }

  /** Whether jobs of this priority, or more urgent ones, wait for somebody to take them, or more run here than may. */
  async othersWait(priority: number): Promise<boolean> {
    if (this.running.size > (this.worker?.concurrency ?? 0)) return true;
    const key = `${queuePrefix(this.options.keyPrefix)}:${this.options.queueName}:prioritized`;
    return ((await this.connection?.zcount(key, '-inf', `(${firstScoreOf(priority + 1)}`)) ?? 0) > 0;
  }

  /** Works on so many jobs at once from now on; of those that run beyond that, `othersWait` holds. */
  resize(concurrency: number): void {
    if (this.worker && this.worker.concurrency !== concurrency) this.worker.concurrency = concurrency;
  }

  stop(): Promise<void> {
    this.stopping ??= this.close();
    return this.stopping;
  }

  private async startAgeing(connection: Redis): Promise<void> {
    const { ageingMs, keyPrefix, queueName, logger } = this.options;
    if (ageingMs === undefined) return;
    const queue = new Queue(queueName, { connection, prefix: queuePrefix(keyPrefix) });
    const ageing = new QueueAgeing(queue, connection, ageingMs);
    const name = `ageing of ${queueName}`;
    this.ageing = new PeriodicService({ name, intervalMs: ageingMs / 5, logger }, () => ageing.look());
    await this.ageing.start();
  }

  private async close(): Promise<void> {
    for (const job of this.running) job.abort();
    await this.ageing?.stop();
    await this.worker?.close();
    this.connection?.disconnect();
  }

  private async process(job: Job, token: string): Promise<void> {
    const abort = new AbortController();
    if (this.stopping) abort.abort();
    this.running.add(abort);
    const end = await this.handle(job, abort.signal).finally(() => this.running.delete(abort));
    if (end.kind === 'done') return;
    // A job that moved up while it waited had its turn.
    const { priority } = job.opts;
    if (priority !== undefined && job.priority !== priority) await job.changePriority({ priority });
    await job.moveToDelayed(Date.now() + end.inMs, token);
    throw new DelayedError();
  }

  private async handle(job: Job, signal: AbortSignal): Promise<JobEnd> {
    const payload = this.options.payload.parse(job.data);
    return this.options.handle(payload, {
      signal,
      jobId: job.id!,
      change: (next) => job.updateData(next),
    });
  }
}
