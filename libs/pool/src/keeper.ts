import type { HostPressure } from '@agentainer/core';
import { PeriodicService, type Service, withDeadline } from '@agentainer/runtime';
import { AgentLife, type AgentLifeParts } from './agent-life.js';
import { chunksOf } from './chunks.js';
import { DriftCheck } from './drift-check.js';
import { HealthCheck } from './health-check.js';
import { ImagePreparation } from './image-preparation.js';
import { MemoryCheck } from './memory-check.js';
import { planPool } from './plan.js';
import type { AgentProbe, PoolSnapshot } from './ports.js';
import { type PoolEnd, relief, withoutReserve } from './host-pressure.js';
import { PressureWatch, type PressureWatchParts } from './pressure-watch.js';
import { Reconciler } from './reconciler.js';
import { shareStarts } from './share-starts.js';
import { isTrialDue } from './start-trial.js';
import { Succession, type SuccessionParts } from './succession.js';

export interface KeeperOptions extends AgentLifeParts {
  probe: AgentProbe;
  images: SuccessionParts['images'];
  /** Tells when the host is under pressure; it never is without. */
  pressure?: Pick<PressureWatchParts, 'gauge' | 'limits'>;
  /** Leaves agents running when it stops, for the next keeper to take over. */
  keepAgents?: boolean;
  /** Agents that are started side by side; a start is bound by the processor. */
  parallelStarts?: number;
  /** Other ones than usual, in milliseconds. */
  intervals?: Partial<Intervals>;
}

const INTERVALS = {
  /** Between looks at all pools. */
  plan: 1_000,
  /** Between comparisons with the engine. */
  reconcile: 10_000,
  /** Between health checks. */
  probe: 5_000,
  /** Between measurements of the agents' memory. */
  measure: 5_000,
};
type Loop = keyof typeof INTERVALS;
type Intervals = Record<Loop, number>;

const PARALLEL_STARTS = 3;
/** Agents that are ended side by side. */
const PARALLEL_ENDS = 16;
/** How long what is under way may take when the keeper stops, and how long ending all agents may then take. */
const SETTLE_DEADLINE_MS = 5_000;
const END_ALL_DEADLINE_MS = 15_000;

/**
 * Keeps the pools of one host as they should be: the only one that starts and ends agents here, and only while it has
 * the lead. It keeps nothing in mind that matters: after a crash the next one finds all in the registry and the engine.
 */
export class Keeper implements Service {
  readonly name = 'keeper';
  private readonly life: AgentLife;
  private readonly reconciler: Reconciler;
  private readonly succession: Succession;
  private readonly images: ImagePreparation;
  private readonly pressure: PressureWatch | undefined;
  private readonly loops: Record<Loop, PeriodicService>;
  /** Pools that need a look before the next look at all of them. */
  private readonly demanded = new Set<string>();
  private known: readonly string[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private readonly unsubscribe: (() => void)[] = [];
  /** From getting the lead to losing it. */
  private term: AbortController | undefined;
  private nextLookAtAll = 0;
  private turns = 0;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: KeeperOptions) {
    const { logger } = options;
    const intervals = { ...INTERVALS, ...options.intervals };
    this.life = new AgentLife(options);
    this.succession = new Succession(options);
    this.images = new ImagePreparation(options);
    this.pressure = options.pressure && new PressureWatch({ ...options, ...options.pressure });
    this.reconciler = new Reconciler({ ...options, life: this.life });
    const health = new HealthCheck({ ...options, life: this.life });
    const drift = new DriftCheck(options);
    const memory = new MemoryCheck({ ...options, life: this.life });
    const loop = (name: Loop, turn: (signal: AbortSignal) => Promise<void>) =>
      new PeriodicService({ name: `keeper: ${name}`, intervalMs: intervals[name], logger }, turn);
    this.loops = {
      plan: loop('plan', () => this.turn(intervals.plan)),
      reconcile: loop('reconcile', async (signal) => {
        if (this.inTerm()) await this.reconciler.run();
        if (this.inTerm()) await drift.run(signal);
      }),
      probe: loop('probe', async (signal) => {
        if (this.inTerm()) await health.run(signal);
      }),
      measure: loop('measure', async (signal) => {
        if (this.inTerm()) await memory.run(signal);
      }),
    };
  }

  async start(): Promise<void> {
    const { registry, driver, leadership } = this.options;
    this.unsubscribe.push(
      registry.onDemand((poolId) => this.onDemand(poolId)),
      driver.onExit((agentId) => {
        if (this.inTerm()) this.track(this.life.exited(agentId));
      }),
      leadership.onChange((held) => (held ? this.lookAtAll() : this.endTerm())),
    );
    for (const loop of Object.values(this.loops)) await loop.start();
  }

  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private inTerm(): boolean {
    return this.term !== undefined && !this.stopping && this.options.leadership.held;
  }

  private get underPressure(): readonly HostPressure[] {
    return this.pressure?.pressure ?? [];
  }

  private onDemand(poolId: string): void {
    if (!this.inTerm()) return;
    this.demanded.add(poolId);
    this.loops.plan.wake();
  }

  private lookAtAll(): void {
    this.nextLookAtAll = 0;
    this.loops.plan.wake();
  }

  private track(work: Promise<void>): void {
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work));
  }

  private async turn(planMs: number): Promise<void> {
    if (this.stopping || !this.options.leadership.held) return;
    if (!this.term) await this.beginTerm();
    const term = this.term;
    const { snapshots, all } = await this.look(planMs);
    if (!term || term !== this.term || !this.inTerm()) return;
    for (const snapshot of snapshots) this.options.observer.snapshot(snapshot);
    const pressed = this.underPressure.length > 0;
    const relieved = pressed && all ? relief(snapshots) : [];
    await this.act(pressed ? snapshots.map(withoutReserve) : snapshots, relieved, term.signal);
  }

  /** Whoever led before may have left anything behind: that is mended before anything else. */
  private async beginTerm(): Promise<void> {
    const term = new AbortController();
    this.term = term;
    try {
      await this.reconciler.run();
      this.options.logger.info('the keeper has the lead');
    } catch (error) {
      if (this.term === term) this.term = undefined;
      throw error;
    }
  }

  private endTerm(): void {
    if (!this.term) return;
    this.options.logger.warn('the keeper lost the lead: it leaves all agents alone');
    this.term.abort();
    this.term = undefined;
    this.track(this.life.letGo());
  }

  /** The pools that need a look, which are all of them once in a while: no message is relied upon. */
  private async look(planMs: number): Promise<{ snapshots: PoolSnapshot[]; all: boolean }> {
    const { registry } = this.options;
    let poolIds = [...this.demanded];
    this.demanded.clear();
    const all = performance.now() >= this.nextLookAtAll;
    if (all) {
      this.nextLookAtAll = performance.now() + planMs;
      await Promise.all([registry.announce(this.underPressure), this.pressure?.look()]);
      poolIds = (await registry.pools()).map((spec) => spec.id);
      this.notice(poolIds);
    }
    const snapshots = await Promise.all(poolIds.map((id) => this.snapshot(id)));
    return { snapshots: snapshots.filter((snapshot) => snapshot !== undefined), all };
  }

  private notice(poolIds: readonly string[]): void {
    const still = new Set(poolIds);
    for (const id of this.known.filter((known) => !still.has(known))) {
      this.options.observer.forgotten(id);
      this.images.forget(id);
    }
    this.known = poolIds;
  }

  /** A pool that cannot be read must not keep the others from being looked after. */
  private async snapshot(poolId: string, { judged = true } = {}): Promise<PoolSnapshot | undefined> {
    try {
      const snapshot = await this.options.registry.snapshot(poolId);
      return snapshot && judged ? await this.succession.judge(snapshot) : snapshot;
    } catch (error) {
      this.options.logger.error({ err: error, poolId }, 'a pool could not be read');
      return undefined;
    }
  }

  private async act(snapshots: PoolSnapshot[], relieved: PoolEnd[], term: AbortSignal): Promise<void> {
    const plans = snapshots.map((snapshot) => ({ snapshot, plan: planPool(snapshot) }));
    const ends = plans
      .flatMap(({ snapshot, plan }) => plan.retire.map((end): PoolEnd => ({ pool: snapshot.spec, ...end })))
      .concat(relieved)
      .filter(({ agentId }) => !this.life.isBusy(agentId));
    for (const { pool, agentId, reason } of ends.slice(0, Math.max(0, PARALLEL_ENDS - this.life.ends)))
      this.track(this.life.end(pool, agentId, reason));

    for (const { snapshot, plan } of plans)
      for (const { agentId, reason } of plan.drain)
        this.track(this.life.drain(snapshot.spec.id, agentId, reason));

    for (const { snapshot, plan } of plans)
      for (const agentId of plan.inspect) this.track(this.life.inspect(snapshot.spec.id, agentId));

    const byPool = new Map(snapshots.map((snapshot) => [snapshot.spec.id, snapshot]));
    const requests = plans.map(({ snapshot, plan }) => {
      const starts = this.isToTry(snapshot) ? 1 : plan.starts;
      return {
        poolId: snapshot.spec.id,
        starts: starts > 0 && this.isReady(snapshot, term) ? starts : 0,
        waiting: snapshot.waiting,
      };
    });
    const slots = (this.options.parallelStarts ?? PARALLEL_STARTS) - this.life.starts;
    for (const poolId of shareStarts(requests, slots, this.turns++)) {
      if (term.aborted) return;
      const snapshot = byPool.get(poolId)!;
      const { spec, failures } = snapshot;
      if (this.isToTry(snapshot)) {
        this.track(this.life.tryOut(spec, failures, term));
        continue;
      }
      // Entered before the next look at the pool, so that it is counted there.
      const agent = await this.life.enter(spec);
      if (agent) this.track(this.life.start(agent, failures, term).then(() => this.lookAtAll()));
    }
  }

  private isToTry(snapshot: PoolSnapshot): boolean {
    return isTrialDue(snapshot) && !this.life.isTrying(snapshot.spec.id);
  }

  private isReady(snapshot: PoolSnapshot, term: AbortSignal): boolean {
    return this.images.isReady(snapshot, term, () => this.lookAtAll());
  }

  private async shutDown(): Promise<void> {
    const { leadership, keepAgents = false, registry } = this.options;
    const led = this.term !== undefined;
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.term?.abort();
    const loops = Object.values(this.loops).map((loop) => loop.stop());
    await this.inTime('settling', SETTLE_DEADLINE_MS, Promise.allSettled([...loops, ...this.underWay]));
    if (!led || !leadership.held || keepAgents) return;
    await this.inTime('ending all agents', END_ALL_DEADLINE_MS, this.endAll());
    await this.inTime('leaving', SETTLE_DEADLINE_MS, registry.leave());
  }

  private async endAll(): Promise<void> {
    const { registry, leadership } = this.options;
    const pools = await registry.pools();
    const snapshots = await Promise.all(pools.map(({ id }) => this.snapshot(id, { judged: false })));
    const agents = snapshots.flatMap((one) => one?.agents.map(({ id }) => ({ pool: one.spec, id })) ?? []);
    const chunks = chunksOf(agents, PARALLEL_ENDS);
    // All of them before the first one ends: whoever loses that one is not to be given another that ends next.
    for (const chunk of chunks) {
      if (!leadership.held) return;
      await Promise.allSettled(chunk.map(({ pool, id }) => registry.retire(pool.id, id, 'shutdown')));
    }
    for (const chunk of chunks) {
      if (!leadership.held) return;
      await Promise.all(chunk.map(({ pool, id }) => this.life.end(pool, id, 'shutdown')));
    }
  }

  private async inTime(what: string, ms: number, work: Promise<unknown>): Promise<void> {
    await withDeadline(what, ms, work).catch((error: unknown) =>
      this.options.logger.warn({ err: error }, 'the keeper did not stop cleanly'),
    );
  }
}
