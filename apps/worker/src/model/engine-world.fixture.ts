import { randomUUID } from 'node:crypto';
import { readsAlong } from '@agentainer/core';
import {
  ChildRuns,
  ChildStarter,
  Lane,
  type LaneJob,
  RegisteringQueue,
  type RunRecord,
  RunAdvancer,
  RunStarter,
  Sweeper,
} from '@agentainer/engine';
import { silentLogger } from '@agentainer/runtime';
import {
  DEFAULT_LEDGER_LIMITS,
  Keys,
  type Redis,
  RedisRunStore,
  RedisStateStore,
  RedisTaskLedger,
  RedisWorkflowStore,
} from '@agentainer/store-redis';
import { NO_POOLS } from '../flow-test.fixture.js';
import { BusyProcesses } from './busy-processes.fixture.js';
import { FaultyQueue, type Message } from './faulty-queue.fixture.js';
import { isOver, LedgerModel } from './ledger-model.fixture.js';
import { ModelAgents } from './model-agents.fixture.js';
import type { Fault, Plan } from './plan.fixture.js';
import { type CallFault, Process, Random, Turns } from './turns.fixture.js';

const WORKERS = 2;
/** More than attempts of them are lost: an attempt that is not told to stop waits for the end of its map. */
const READERS = 20;
/** A run of the plans' size needs a few hundred calls; more sweeps than these in a row without any other work mean that it is stuck. */
const MOST_CALLS = 10_000;
const MOST_SWEEPS = 30;
/** Any claim counts as lost by the time of the next sweep. */
const CLAIM_TTL_MS = -1;
const NEVER_MS = 2 ** 31 - 1;
/** Every message to stop an attempt is lost. */
const UNHEARD = { onStop: () => () => undefined };

/** One run in a world of processes that die and messages that get lost; everything but the queue and the agents is real. */
export class EngineWorld {
  readonly keys = new Keys(`model-${randomUUID()}`);
  readonly model: LedgerModel;
  readonly agents: ModelAgents;
  readonly runs: RedisRunStore;
  readonly state: RedisStateStore;
  readonly turns: Turns;
  private readonly random: Random;
  private readonly queue: FaultyQueue;
  private readonly ledger: RedisTaskLedger;
  private readonly busy: BusyProcesses;
  private readonly faults: Plan['faults'];

  constructor(
    private readonly redis: Redis,
    private readonly plan: Plan,
  ) {
    const names = plan.definition.steps.map((s) => s.name);
    this.model = new LedgerModel(names, DEFAULT_LEDGER_LIMITS);
    this.random = new Random(plan.seed);
    this.turns = new Turns(this.random);
    this.busy = new BusyProcesses(this.turns);
    this.queue = new FaultyQueue(this.random);
    this.runs = new WitnessedRuns(redis, this.keys, this.model);
    this.ledger = new WitnessedLedger(redis, this.keys, this.model);
    this.state = new RedisStateStore(redis, this.keys);
    const host = new Process('host', this.turns, false);
    this.agents = new ModelAgents(plan, this.random, host, this.state, this.model);
    this.faults = plan.faults.map((f) => ({ ...f }));
  }

  /** Plays the plan to its end. @throws where the record and the model part, or the run does not end */
  async play(): Promise<RunRecord> {
    try {
      return await this.playOn();
    } finally {
      this.turns.end();
    }
  }

  private async playOn(): Promise<RunRecord> {
    let sweeps = 0;
    for (let calls = 0; calls < MOST_CALLS; calls++) {
      const fault = this.dueFault();
      const didWork = await this.tick(fault);
      if (this.busy.wrong) throw this.busy.wrong;
      if (didWork) {
        sweeps = 0;
        continue;
      }
      const run = await this.find();
      if (run && isOver(run.state) && !(await this.isActive(run.id))) return run;
      if ((sweeps += 1) > MOST_SWEEPS) throw new Error(`the run is stuck: ${JSON.stringify(run)}`);
      this.turns.letTimePass();
      if (run) this.sweep();
      else this.start();
    }
    throw new Error(`the run does not come to its end within ${MOST_CALLS} calls`);
  }

  get trace(): string {
    return this.turns.log.join('\n');
  }

  private dueFault(): Fault | undefined {
    const next = this.faults[0];
    if (!next || next.after-- > 0) return undefined;
    return this.faults.shift()!.fault;
  }

  /** Lets something happen. False where there was nothing to do. */
  private async tick(fault?: Fault): Promise<boolean> {
    if (await this.happened(fault)) return true;
    const message = this.turns.length === 0 || this.random.next() < 0.3 ? this.queue.any() : undefined;
    const worker = message && this.idleWorker(message);
    if (worker !== undefined) {
      this.deliver(worker, this.queue.take(message!));
      return true;
    }
    if (this.random.next() < 0.1) this.turns.letTimePass();
    if (this.turns.length === 0) return false;
    await this.turns.next(isCallFault(fault) ? fault : undefined);
    return true;
  }

  /** Whether the fault is one that takes the place of what would happen else. */
  private async happened(fault?: Fault): Promise<boolean> {
    const worker = this.idleWorker();
    const runId = fault && (await this.runId());
    if (fault === 'lose' && this.queue.length > 0) {
      this.turns.log.push(`lost ${this.queue.lose().id}`);
    } else if (fault === 'double' && this.queue.length > 0) {
      const message = this.queue.any()!;
      const taker = this.idleWorker(message);
      if (taker === undefined) return false;
      this.deliver(taker, message);
    } else if (fault === 'sweep' && runId) {
      this.sweep();
    } else if (fault === 'advance' && runId && worker !== undefined) {
      this.spawn(worker, ({ advancer }) => advancer.advance(runId).then(() => undefined));
    } else if (fault === 'time over' && runId) {
      this.turns.log.push('the time of the run is over');
      await this.redis.hset(this.keys.run(runId), 'deadline', 0);
    } else return false;
    return true;
  }

  private start(): void {
    this.spawn('api', async ({ starter }) => {
      await starter.startJob(this.plan.definition, [1, 2, 3]);
    });
  }

  private sweep(): void {
    this.spawn('sweeper', ({ sweeper }) => sweeper.sweep());
  }

  private deliver(worker: string, message: Message): void {
    this.turns.log.push(`${worker} takes ${message.id}`);
    const work = async ({ lane, job }: Engine) => {
      if (message.delayed) await this.hoursPass(message);
      const end = await lane.work(message, {
        signal: new AbortController().signal,
        ticket: message.id,
        othersWait: () => Promise.resolve(this.queue.length > 0),
        moveOn: (next) => job.change(message, next),
      });
      message.delayed = end.kind === 'again' && end.inMs > 0;
      if (end.kind === 'again') this.queue.again(message);
      else this.queue.done(message);
    };
    this.spawn(worker, work, () => this.queue.again(message));
  }

  /** Every retry of the lane's step is due. */
  private async hoursPass({ runId, step }: Message): Promise<void> {
    const key = this.keys.stepRetries(runId, step);
    for (const index of await this.redis.zrange(key, '0', '-1')) await this.redis.zadd(key, 'XX', '0', index);
  }

  /** Begins a process's work; one process of a name at a time. What it does if it is killed is up to `killed`. */
  private spawn(name: string, work: (engine: Engine) => Promise<void>, killed?: () => void): void {
    this.busy.begin(name, (process) => work(this.engineOf(process)), killed);
  }

  private engineOf(process: Process): Engine {
    const runs = process.through('runs', this.runs);
    const ledger = process.through('ledger', this.ledger);
    const pools = process.through('pools', NO_POOLS);
    const queue = new RegisteringQueue(process.through('queue', this.queue), pools);
    const advancer = new RunAdvancer(runs, queue, new ChildRuns(runs, ledger, queue));
    const agents = this.agents;
    const starter = new RunStarter(runs, advancer, pools, silentLogger);
    const workflows = new RedisWorkflowStore(this.redis, this.keys);
    const children = new ChildStarter(runs, ledger, workflows, starter, advancer);
    const options = { stalledMs: 0, orphanMs: NEVER_MS, batch: 10 };
    return {
      advancer,
      job: process.through('job', {
        change: async (message: Message, next: LaneJob) => void Object.assign(message, next),
      }),
      starter,
      sweeper: new Sweeper(runs, ledger, queue, advancer, children, options),
      lane: new Lane(
        { runs, ledger, stops: UNHEARD, agents, advancer, pause: () => process.pause() },
        { sliceMs: Infinity, agentWaitMs: 0, renewMs: NEVER_MS, lossPauseMs: 0, stopGraceMs: NEVER_MS },
      ),
    };
  }

  /** Steps that read along have workers of their own, as their pools have consumers of their own. */
  private idleWorker(message?: Message): string | undefined {
    const step = message && this.plan.definition.steps.find(({ name }) => name === message.step);
    const [kind, count] = step && readsAlong(step) ? ['reader', READERS] : ['worker', WORKERS];
    const names = Array.from({ length: Number(count) }, (_, i) => `${kind}${i}`);
    return names.find((name) => !this.busy.has(name));
  }

  private async runId(): Promise<string | undefined> {
    return (await this.runs.list({ limit: 1 })).items[0];
  }

  /** Whether it is still on the list: who ended the run may have died before it took it off, which a sweep does then. */
  private async isActive(runId: string): Promise<boolean> {
    return (await this.runs.active({ limit: 10 })).items.includes(runId);
  }

  private async find(): Promise<RunRecord | undefined> {
    const runId = await this.runId();
    return runId === undefined ? undefined : this.runs.load(runId);
  }
}

interface Engine {
  /** The queued job that a lane was made from. */
  job: { change(message: Message, next: LaneJob): Promise<void> };
  advancer: RunAdvancer;
  starter: RunStarter;
  sweeper: Sweeper;
  lane: Lane;
}

function isCallFault(fault: Fault | undefined): fault is CallFault {
  return fault === 'crash before' || fault === 'crash after' || fault === 'sent twice';
}

/** Tells the model what reached Redis, whether or not its caller lived to see the answer. */
class WitnessedRuns extends RedisRunStore {
  constructor(
    redis: Redis,
    keys: Keys,
    private readonly model: LedgerModel,
  ) {
    super(redis, keys);
  }

  override async apply(...given: Parameters<RedisRunStore['apply']>) {
    const answer = await super.apply(...given);
    this.model.applied(given[1], answer.applied);
    return answer;
  }

  override async nextGeneration(...given: Parameters<RedisRunStore['nextGeneration']>) {
    const generation = await super.nextGeneration(...given);
    this.model.queuedAgain(given[1], generation);
    return generation;
  }
}

class WitnessedLedger extends RedisTaskLedger {
  constructor(
    redis: Redis,
    keys: Keys,
    private readonly model: LedgerModel,
  ) {
    super(redis, keys, { ...DEFAULT_LEDGER_LIMITS, claimTtlMs: CLAIM_TTL_MS });
  }

  override async completeAndClaim(request: Parameters<RedisTaskLedger['completeAndClaim']>[0]) {
    const answer = await super.completeAndClaim(request);
    this.model.advanced(request, answer);
    return answer;
  }

  override async reclaim(runId: string, step: string) {
    const count = await super.reclaim(runId, step);
    this.model.reclaimed(step, count);
    return count;
  }
}
