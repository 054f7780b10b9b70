import { randomUUID } from 'node:crypto';
import {
  type DefinitionInput,
  isTerminal,
  type Json,
  poolsOf,
  RUN_TRANSITIONS,
  validateDefinition,
} from '@agentainer/core';
import {
  type AgentSource,
  type AttemptRequest,
  type AttemptResult,
  ChildLane,
  ChildRuns,
  ChildStarter,
  DEFAULT_LANE_OPTIONS,
  type LeaseAnswer,
  Lane,
  type LaneOptions,
  LimitGate,
  LogBook,
  type PoolDirectory,
  Rerunner,
  RunAdvancer,
  RunControl,
  type RunRecord,
  RunStarter,
  RunValues,
  Sweeper,
} from '@agentainer/engine';
import { BullStepQueue } from '@agentainer/queue-bullmq';
import { type Service, silentLogger } from '@agentainer/runtime';
import {
  connectRedis,
  Keys,
  type Redis,
  RedisLimitStore,
  RedisLogStore,
  RedisRunStore,
  RedisStateStore,
  RedisTaskLedger,
  RedisWorkflowStore,
} from '@agentainer/store-redis';
import { advanceConsumers, childLaneConsumer, laneConsumer } from './run-consumers.js';

export type Behaviour = (input: Json, request: AttemptRequest) => Promise<AttemptResult> | AttemptResult;

const DEADLINE_MS = 60_000;

/** Every pool is known, and nobody knows what images are. */
export const NO_POOLS: PoolDirectory = {
  register: () => Promise.resolve(),
  warm: () => Promise.resolve(),
  digests: () => Promise.resolve(new Map()),
};

export const completed = (result: unknown): AttemptResult => ({
  kind: 'completed',
  result: JSON.stringify(result),
});

const UNOBSERVED = { kept: () => undefined, dropped: () => undefined };

/** A worker on a real Redis and real queues, whose agents are a function of the test's. */
export class FlowTest implements AgentSource {
  readonly redisUrl = process.env.AGENTAINER_TEST_REDIS!;
  readonly keys = new Keys(`t-${randomUUID()}`);
  readonly runs: RedisRunStore;
  readonly state: RedisStateStore;
  readonly ledger: RedisTaskLedger;
  readonly logs: RedisLogStore;
  readonly queue: BullStepQueue;
  limits: RedisLimitStore;
  readonly advancer: RunAdvancer;
  readonly starter: RunStarter;
  readonly sweeper: Sweeper;
  readonly workflows: RedisWorkflowStore;
  readonly control: RunControl;
  readonly rerunner: Rerunner;
  readonly childLane: ChildLane;
  /** What every agent does with a task; by default it hands its input back. */
  behave: Behaviour = (input) => completed(input);
  /** Lanes of the whole instance at once; 0 for any number. */
  maxParallel = 0;
  /** In its place where it is given: what agents do with tasks whose input comes while they work. */
  behaveAlong:
    ((input: AsyncIterable<string>, request: AttemptRequest) => Promise<AttemptResult>) | undefined;
  private readonly services: Service[] = [];

  constructor(
    readonly redis: Redis,
    private readonly laneOptions: Partial<LaneOptions> = { sliceMs: 20 },
  ) {
    this.runs = new RedisRunStore(redis, this.keys);
    this.state = new RedisStateStore(redis, this.keys);
    this.limits = new RedisLimitStore(redis, this.keys);
    this.logs = new RedisLogStore(redis, this.keys);
    this.ledger = new RedisTaskLedger(redis, this.keys);
    this.queue = new BullStepQueue(this.redisUrl, this.keys.prefix);
    const pools = NO_POOLS;
    const children = new ChildRuns(this.runs, this.ledger, this.queue);
    this.advancer = new RunAdvancer(this.runs, this.queue, children);
    this.starter = new RunStarter(this.runs, this.advancer, pools, silentLogger);
    const options = { stalledMs: 1, orphanMs: 1, batch: 10 };
    this.workflows = new RedisWorkflowStore(redis, this.keys);
    this.control = new RunControl(this.runs, this.workflows, this.queue, this.advancer);
    this.rerunner = new Rerunner(this.runs, this.starter, this.advancer);
    const childStarter = new ChildStarter(
      this.runs,
      this.ledger,
      this.workflows,
      this.starter,
      this.advancer,
    );
    this.childLane = new ChildLane(this.runs, this.ledger, childStarter, this.advancer);
    this.sweeper = new Sweeper(this.runs, this.ledger, this.queue, this.advancer, childStarter, options);
  }

  async stop(): Promise<void> {
    await this.stopWorking();
    await this.queue.close();
  }

  /** Ends what `work` began, as a worker ends that is stopped. */
  async stopWorking(): Promise<void> {
    await Promise.all(this.services.splice(0).map((service) => service.stop()));
  }

  /** Takes the lanes of these steps and the jobs of their runs. */
  async work({ steps }: DefinitionInput): Promise<void> {
    const context = { redisUrl: this.redisUrl, keyPrefix: this.keys.prefix, logger: silentLogger };
    const lane = new Lane(
      {
        runs: this.runs,
        ledger: this.ledger,
        stops: { onStop: () => () => undefined },
        agents: this,
        advancer: this.advancer,
        logs: new LogBook({ store: this.logs, attemptBytes: 10_000, observer: UNOBSERVED }),
        gate: new LimitGate(this.runs, this.limits, this.queue, { maxParallel: this.maxParallel }),
      },
      { ...DEFAULT_LANE_OPTIONS, lossPauseMs: 0, agentWaitMs: 1_000, ...this.laneOptions },
    );
    const definition = validateDefinition({ name: 'w', steps });
    const started = [
      ...advanceConsumers(context, this.advancer),
      childLaneConsumer(context, this.childLane),
      ...poolsOf(definition).map((pool) => laneConsumer(context, pool, lane)),
    ];
    this.services.push(...started);
    for (const service of started) await service.start();
  }

  async start(definition: DefinitionInput, input: Json = null): Promise<string> {
    return (await this.starter.startJob(validateDefinition(definition), input)).id;
  }

  /** Works on a new run until it has ended. */
  async runToEnd(definition: DefinitionInput, input: Json = null): Promise<RunRecord> {
    await this.work(definition);
    return this.finished(await this.start(definition, input));
  }

  /** The run once it has ended, and is off the list of active ones: its dead letters are noted then. */
  async finished(runId: string): Promise<RunRecord> {
    const run = await this.until(runId, (look) => isTerminal(RUN_TRANSITIONS, look.state));
    const deadline = Date.now() + DEADLINE_MS;
    while ((await this.runs.active({ limit: 1_000 })).items.includes(runId)) {
      if (Date.now() > deadline) throw new Error(`not retired in time: ${runId}`);
    }
    return run;
  }

  /** Waits until a run has ended and is off the list of active ones: what its end calls for is done by then. */
  async retired(runId: string): Promise<RunRecord> {
    const deadline = Date.now() + DEADLINE_MS;
    while ((await this.runs.active({ limit: 1_000 })).items.includes(runId))
      if (Date.now() > deadline) throw new Error(`not in time: ${runId} is still active`);
    return (await this.runs.load(runId))!;
  }

  async until(runId: string, holds: (run: RunRecord) => boolean): Promise<RunRecord> {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const run = await this.runs.load(runId);
      if (run && holds(run)) return run;
      if (Date.now() > deadline) throw new Error(`not in time: ${JSON.stringify(run)}`);
    }
  }

  async poll(holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!(await holds())) if (Date.now() > deadline) throw new Error('not in time');
  }

  async result(runId: string): Promise<unknown> {
    const values = new RunValues(this.runs, runId, (await this.runs.definition(runId))!);
    return JSON.parse(await values.text(await values.ofRun()));
  }

  lease(..._: Partial<Parameters<AgentSource['lease']>>): Promise<LeaseAnswer> {
    const lease = {
      agentId: 'inline',
      usesLeft: Infinity,
      keep: (_: number, othersWait: boolean) => Promise.resolve(!othersWait),
      lost: new AbortController().signal,
      run: async (request: AttemptRequest) => {
        const { input } = request;
        if (this.behaveAlong && typeof input !== 'string' && request.inputTimeMs !== undefined)
          return this.behaveAlong(input, request);
        return this.behave(JSON.parse(await textOf(input)) as Json, request);
      },
      release: () => Promise.resolve(),
    };
    return Promise.resolve({ kind: 'leased' as const, lease });
  }
}

async function textOf(input: AttemptRequest['input']): Promise<string> {
  if (typeof input === 'string') return input;
  const parts: string[] = [];
  for await (const part of input) parts.push(part);
  return parts.join('');
}

/** Gives each test of a file a worker of its own, on one connection. */
export function forEachTest(use: (made: FlowTest) => void): void {
  let redis: Redis;
  let flow: FlowTest;
  beforeAll(async () => {
    redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
  });
  afterAll(() => redis.quit());
  beforeEach(() => {
    flow = new FlowTest(redis);
    use(flow);
  });
  afterEach(() => flow.stop());
}
