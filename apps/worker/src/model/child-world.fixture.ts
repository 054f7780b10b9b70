import { randomUUID } from 'node:crypto';
import { type Definition, type Json, newId } from '@agentainer/core';
import {
  type AgentLease,
  type AttemptResult,
  ChildLane,
  ChildRuns,
  ChildStarter,
  Lane,
  type LaneJob,
  RunAdvancer,
  RunControl,
  type RunRecord,
  RunStarter,
  Sweeper,
} from '@agentainer/engine';
import { silentLogger } from '@agentainer/runtime';
import {
  Keys,
  type Redis,
  RedisRunStore,
  RedisTaskLedger,
  RedisWorkflowStore,
} from '@agentainer/store-redis';
import { NO_POOLS } from '../flow-test.fixture.js';
import { BusyProcesses } from './busy-processes.fixture.js';
import { FaultyQueue, type Message } from './faulty-queue.fixture.js';
import { isOver } from './ledger-model.fixture.js';
import { type CallFault, type Process, Random, Turns } from './turns.fixture.js';

const WORKERS = 2;
const MOST_CALLS = 20_000;
/** More sweeps than these in a row without any other work mean that the runs are stuck. */
const MOST_SWEEPS = 30;
/** Every claim is overdue by the time of the next sweep. */
const LIMITS = { claimTtlMs: -1, maxLost: 1_000, maxAgentsLost: 1_000, maxInterrupted: 1_000 };
const NEVER_MS = 2 ** 31 - 1;

export interface ChildPlan {
  seed: number;
  /** Of the run at the top; it may name workflows of {@link workflows}. */
  definition(ids: string[]): Definition;
  workflows: ((ids: string[]) => Definition)[];
  /** What an agent does with a task, by its input; it hands it back unless it says otherwise. */
  behave?: (input: Json, runId: string) => AttemptResult | undefined;
  /** Where a process dies, or a call is sent twice: at the call of that number. */
  fault?: { at: number; fault: CallFault };
  /** Every message that is queued at the call of that number is lost. */
  losesAt?: number;
  /** The run at the top is cancelled at the call of that number. */
  cancelAt?: number;
}

/** A run and those that it starts, in a world of processes that die and messages that get lost. */
export class ChildWorld {
  readonly keys = new Keys(`children-${randomUUID()}`);
  readonly runs: RedisRunStore;
  readonly turns: Turns;
  readonly rootId = newId('run');
  private readonly random: Random;
  private readonly queue: FaultyQueue;
  private readonly ledger: RedisTaskLedger;
  private readonly workflows: RedisWorkflowStore;
  private readonly busy: BusyProcesses;
  private calls = 0;

  constructor(
    redis: Redis,
    private readonly plan: ChildPlan,
  ) {
    this.random = new Random(plan.seed);
    this.turns = new Turns(this.random);
    this.busy = new BusyProcesses(this.turns);
    this.queue = new FaultyQueue(this.random);
    this.runs = new RedisRunStore(redis, this.keys);
    this.ledger = new RedisTaskLedger(redis, this.keys, LIMITS);
    this.workflows = new RedisWorkflowStore(redis, this.keys);
  }

  /** Plays until no run is active any more. @returns the run at the top */
  async play(): Promise<RunRecord> {
    const ids: string[] = [];
    for (const definition of this.plan.workflows) ids.push((await this.workflows.create(definition(ids))).id);
    const definition = this.plan.definition(ids);
    let sweeps = 0;
    while (this.calls < MOST_CALLS) {
      const didWork = await this.tick();
      if (this.busy.wrong) throw this.busy.wrong;
      if (didWork) {
        sweeps = 0;
        continue;
      }
      const root = await this.runs.load(this.rootId);
      const active = await this.runs.active({ limit: 100 });
      if (root && isOver(root.state) && active.items.length === 0) return root;
      if ((sweeps += 1) > MOST_SWEEPS) throw new Error(`stuck: ${JSON.stringify([root, active])}`);
      if (root) this.spawn('sweeper', ({ sweeper }) => sweeper.sweep());
      else this.start(definition);
    }
    throw new Error(`no end within ${MOST_CALLS} calls`);
  }

  /** All runs below the one at the top, the children of each in order. */
  async below(runId = this.rootId): Promise<RunRecord[]> {
    const { items } = await this.runs.children(runId, { limit: 1_000 });
    const found: RunRecord[] = [];
    for (const { childId } of items) {
      const child = await this.runs.load(childId);
      if (child) found.push(child, ...(await this.below(childId)));
    }
    return found;
  }

  private start(definition: Definition): void {
    this.spawn('api', ({ starter }) =>
      starter.startJob(definition, null, { id: this.rootId }).then(() => undefined),
    );
  }

  /** Lets something happen. False where there was nothing to do. */
  private async tick(): Promise<boolean> {
    if (this.plan.cancelAt === this.calls && (await this.runs.load(this.rootId))) {
      this.plan.cancelAt = undefined;
      this.spawn('api', ({ control }) => control.cancel(this.rootId).then(() => undefined, ignoreConflict));
    }
    if (this.plan.losesAt === this.calls) while (this.queue.length > 0) this.queue.lose();
    const worker = Array.from({ length: WORKERS }, (_, i) => `worker${i}`).find((w) => !this.busy.has(w));
    const mayDeliver = worker !== undefined && this.queue.length > 0;
    if (mayDeliver && (this.turns.length === 0 || this.random.next() < 0.3)) {
      this.deliver(worker, this.queue.take(this.queue.any()!));
      return true;
    }
    if (this.turns.length === 0) return false;
    const { fault } = this.plan;
    await this.turns.next(fault?.at === this.calls ? fault.fault : undefined);
    this.calls += 1;
    return true;
  }

  private deliver(worker: string, message: Message): void {
    this.turns.log.push(`${worker} takes ${message.id}`);
    const work = async (engine: Engine) => {
      const again = await this.work(engine, message);
      if (again) this.queue.again(message);
      else this.queue.done(message);
    };
    this.spawn(worker, work, () => this.queue.again(message));
  }

  /** Whether the message is to come again. */
  private async work(engine: Engine, message: Message): Promise<boolean> {
    const { runId, step: name, generation } = message;
    if (name === '') return engine.advancer.advance(runId).then(() => false);
    const definition = await this.runs.definition(runId);
    const step = definition?.steps.find((s) => s.name === name);
    const job = { runId, step: name, generation };
    const context = {
      signal: new AbortController().signal,
      ticket: message.id,
      othersWait: () => Promise.resolve(false),
      moveOn: async (next: LaneJob) => void Object.assign(message, next),
    };
    const end =
      step?.type === 'workflow'
        ? await engine.childLane.work(job, context.signal)
        : await engine.lane.work(job, context);
    return end.kind === 'again';
  }

  private spawn(name: string, work: (engine: Engine) => Promise<void>, killed?: () => void): void {
    this.busy.begin(name, (process) => work(this.engineOf(process)), killed);
  }

  private engineOf(process: Process): Engine {
    const runs = process.through('runs', this.runs);
    const queue = process.through('queue', this.queue);
    const ledger = process.through('ledger', this.ledger);
    const workflows = process.through('workflows', this.workflows);
    const advancer = new RunAdvancer(runs, queue, new ChildRuns(runs, ledger, queue));
    const starter = new RunStarter(runs, advancer, NO_POOLS, silentLogger);
    const children = new ChildStarter(runs, ledger, workflows, starter, advancer);
    const options = { stalledMs: 0, orphanMs: NEVER_MS, batch: 100 };
    const agents = { lease: () => Promise.resolve({ kind: 'leased' as const, lease: this.lease() }) };
    const stops = { onStop: () => () => undefined };
    return {
      advancer,
      starter,
      control: new RunControl(runs, workflows, queue, advancer),
      sweeper: new Sweeper(runs, ledger, queue, advancer, children, options),
      childLane: new ChildLane(runs, ledger, children, advancer),
      lane: new Lane(
        { runs, ledger, stops, agents, advancer },
        { sliceMs: Infinity, agentWaitMs: 0, renewMs: NEVER_MS, lossPauseMs: 0, stopGraceMs: NEVER_MS },
      ),
    };
  }

  private lease(): AgentLease {
    return {
      agentId: 'agent',
      usesLeft: Infinity,
      lost: new AbortController().signal,
      run: async ({ runId, input }) => {
        const parts: string[] = [];
        for await (const part of typeof input === 'string' ? [input] : input) parts.push(part);
        const text = parts.join('');
        return this.plan.behave?.(JSON.parse(text) as Json, runId) ?? { kind: 'completed', result: text };
      },
      keep: () => Promise.resolve(false),
      release: () => Promise.resolve(),
    };
  }
}

interface Engine {
  advancer: RunAdvancer;
  starter: RunStarter;
  control: RunControl;
  sweeper: Sweeper;
  childLane: ChildLane;
  lane: Lane;
}

function ignoreConflict(error: unknown): undefined {
  if ((error as { code?: string }).code !== 'CONFLICT') throw error;
}
