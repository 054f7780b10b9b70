import type { PoolReader, PoolStanding, PoolStatus, StandingReader } from '@agentainer/pool';

/** How many lanes are in a pool's queue. */
interface QueueDepths {
  depth(poolId: string): Promise<number>;
}

/** How pools stand, on all hosts that live and with their queues. */
export class PoolStandings implements StandingReader {
  constructor(
    private readonly pools: PoolReader,
    private readonly queue: QueueDepths,
  ) {}

  async standings(): Promise<PoolStanding[]> {
    const all = await this.pools.list();
    const ids = new Set(all.map(({ id }) => id));
    return Promise.all(
      [...ids].map((id) =>
        this.standing(
          id,
          all.filter((status) => status.id === id),
        ),
      ),
    );
  }

  private async standing(id: string, hosts: readonly PoolStatus[]): Promise<PoolStanding> {
    const sum = (of: (status: PoolStatus) => number) =>
      hosts.reduce((total, status) => total + of(status), 0);
    return {
      id,
      max_size: sum(({ share }) => share.max_size),
      agents: sum(({ agents }) => Object.values(agents).reduce((all, some) => all + some, 0)),
      idle: sum(({ agents }) => agents.idle),
      waiting: sum(({ waiting }) => waiting) + (await this.queue.depth(id)),
    };
  }
}
