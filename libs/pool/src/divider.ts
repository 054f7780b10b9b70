import type { PoolSpec } from '@agentainer/core';
import { type Logger, PeriodicService, type Service } from '@agentainer/runtime';
import { chunksOf } from './chunks.js';
import { largerShares, type ShareChange, smallerShares, targetShares } from './divide.js';
import type { HostShare, HostSigns, HostStore } from './host-port.js';
import { HostWatch } from './host-watch.js';
import type { Leadership } from './ports.js';
import { StartWatch } from './start-watch.js';

export interface DividerOptions {
  store: HostStore;
  leadership: Leadership;
  /** The host of this process, which is not lost. */
  host: string;
  logger: Logger;
  /** Milliseconds between two looks. */
  intervalMs?: number;
  watch?: HostWatch;
}

const INTERVAL_MS = 1_000;
/** Pools that are read at once. */
const POOLS_AT_ONCE = 100;

/**
 * Divides every pool among the hosts, so that all of them together never have more of its agents than `max_size`; and
 * forgets hosts that are gone. Every controller has one, and the one that leads acts. It keeps nothing
 * in mind but what it has seen: shares are in Redis, and a share is only made larger by what is free.
 */
export class Divider implements Service {
  readonly name = 'divider';
  private readonly loop: PeriodicService;
  private readonly watch: HostWatch;
  private readonly starts = new StartWatch();
  private known = new Set<string>();
  private readonly unsubscribe: (() => void)[] = [];

  constructor(private readonly options: DividerOptions) {
    const { logger, intervalMs = INTERVAL_MS } = options;
    this.watch = options.watch ?? new HostWatch();
    this.loop = new PeriodicService({ name: this.name, intervalMs, logger }, (signal) => this.look(signal));
  }

  async start(): Promise<void> {
    const { store, leadership } = this.options;
    this.unsubscribe.push(
      store.onDemand((poolId) => {
        if (!this.known.has(poolId)) this.loop.wake();
      }),
      leadership.onChange((held) => {
        if (held) this.loop.wake();
      }),
    );
    await this.loop.start();
  }

  async stop(): Promise<void> {
    for (const end of this.unsubscribe) end();
    await this.loop.stop();
  }

  private async look(signal: AbortSignal): Promise<void> {
    const { store, leadership, host } = this.options;
    if (!leadership.held) return;
    const [hosts, pools] = await Promise.all([store.hosts(), store.pools()]);
    this.known = new Set(pools.map(({ id }) => id));
    const { serving, lost } = this.watch.look(hosts);
    this.starts.forget(performance.now());
    const gone = lost.filter(({ name }) => name !== host);
    for (const signs of gone) await this.forget(signs);
    const there = hosts.filter((one) => !gone.includes(one)).map(({ name }) => name);
    for (const chunk of chunksOf(pools, POOLS_AT_ONCE)) {
      if (signal.aborted) return;
      const ids = chunk.map(({ id }) => id);
      const shares = await store.shares(ids, there);
      await Promise.all(chunk.map((pool, i) => this.divide(pool, shares[i]!, serving)));
    }
  }

  private async forget(signs: HostSigns): Promise<void> {
    if (!this.options.leadership.held) return;
    const agents = await this.options.store.forget(signs, [...this.known]);
    const { logger } = this.options;
    if (signs.heardAt > 0)
      logger.warn({ host: signs.name, agents }, 'a host is lost: its agents are forgotten');
  }

  private async divide(pool: PoolSpec, shares: HostShare[], serving: string[]): Promise<void> {
    const { min_size, max_size } = pool.config;
    const able = this.starts.able(pool.id, serving, shares, performance.now());
    const onTrial = serving.filter((host) => !able.includes(host));
    const targets = targetShares(pool.id, { min_size, max_size }, able, onTrial);
    const smaller = await this.apply(pool, smallerShares(shares, targets));
    const now = shares.map((share) => smaller.get(share.host) ?? share);
    await this.apply(pool, largerShares(now, targets, max_size));
  }

  private async apply(pool: PoolSpec, changes: ShareChange[]): Promise<Map<string, HostShare>> {
    const shares = new Map<string, HostShare>();
    for (const { host, ...share } of changes) {
      if (!this.options.leadership.held) throw new Error('the lead was lost while a pool was divided');
      const agents = await this.options.store.share(pool.id, host, share);
      if (share.onTrial)
        this.options.logger.warn(
          { host, poolId: pool.id },
          'agents of a pool do not start on a host: others have its share',
        );
      shares.set(host, { host, ...share, agents });
    }
    return shares;
  }
}
