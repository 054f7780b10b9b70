import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import {
  type OverrideChange,
  type PoolControlStore,
  type PoolOverride,
  type PoolStatus,
  type PoolView,
  sizeOf,
} from '@agentainer/pool';

/** How a pool stands on a host where nothing happens, but for what is said. */
export function poolStatus(change: Partial<PoolStatus> = {}): PoolStatus {
  const { config = DEFAULT_POOL_CONFIG } = change;
  const size = sizeOf(config, { drained: false });
  const agents = { creating: 0, idle: 0, leased: 0, cleaning: 0, draining: 0, retiring: 0 };
  return {
    ...{
      id: 'x-1',
      image: 'x',
      host: 'h',
      agents,
      waiting: 0,
      served: 0,
      retryAt: 0,
      drained: false,
      deaths: [],
    },
    ...{ config, size, share: size },
    ...change,
  };
}

/** Pools in memory, as tests put them there. */
export class FakePools implements PoolControlStore {
  private readonly overrides = new Map<string, Partial<PoolOverride>>();
  readonly warmed: { id: string; count: number; forMs: number }[] = [];

  constructor(private readonly statuses: PoolStatus[]) {}

  list(): Promise<PoolStatus[]> {
    return Promise.resolve(this.statuses);
  }

  get(id: string): Promise<PoolView | undefined> {
    const hosts = this.statuses.filter((status) => status.id === id);
    const [first] = hosts;
    if (!first) return Promise.resolve(undefined);
    const { image, digest, config, drained, size } = first;
    return Promise.resolve({
      id,
      image,
      digest,
      config,
      drained,
      size,
      override: this.overrideOf(id),
      hosts,
    });
  }

  override(id: string, change: OverrideChange): Promise<void> {
    const said = Object.entries({ ...this.overrides.get(id), ...change });
    const override = Object.fromEntries(said.filter(([, value]) => value !== null));
    this.overrides.set(id, override);
    for (const status of this.statuses.filter((pool) => pool.id === id)) {
      status.drained = this.overrideOf(id).drained;
      status.size = sizeOf(status.config, this.overrideOf(id));
    }
    return Promise.resolve();
  }

  private overrideOf(id: string): PoolOverride {
    return { drained: false, ...this.overrides.get(id) };
  }

  warm(id: string, count: number, forMs: number): Promise<void> {
    this.warmed.push({ id, count, forMs });
    return Promise.resolve();
  }
}
