import { DEFAULT_POOL_CONFIG, type PoolSpec } from '@agentainer/core';
import { silentLogger } from '@agentainer/runtime';
import { PoolConsumers } from './pool-consumers.js';

const pool: PoolSpec = { id: 'x-1', image: 'x', config: DEFAULT_POOL_CONFIG };

/** A worker whose consumers note what becomes of them. */
class World {
  lanes = 0;
  pools = [pool];
  readonly log: string[] = [];
  /** How often it has looked at the pools. */
  looks = 0;
  /** Lets a consumer that stops come to its end. */
  letEnd = () => undefined as void;
  tell: (poolId: string) => void = () => undefined;
  readonly consumers = new PoolConsumers({
    pools: () => {
      this.looks += 1;
      return Promise.resolve(this.pools);
    },
    lanes: () => Promise.resolve(new Map([[pool.id, this.lanes]])),
    onDemand: (listener) => {
      this.tell = listener;
      return () => undefined;
    },
    consume: (_, lanes) => ({
      name: 'consumer',
      start: () => Promise.resolve(void this.log.push(`start ${lanes}`)),
      stop: () => {
        this.log.push('stop');
        return new Promise((resolve) => (this.letEnd = resolve));
      },
      resize: (count) => void this.log.push(`resize ${count}`),
    }),
    logger: silentLogger,
    refreshMs: 2,
  });

  /** Waits for the latest lines to be these. */
  async logged(...lines: string[]): Promise<void> {
    const latest = () => this.log.slice(-lines.length);
    await this.until(() => latest().join() === lines.join());
    expect(latest()).toEqual(lines);
  }

  /** Waits until it has looked at the pools, and acted on it, after this. */
  async lookedAgain(): Promise<void> {
    const before = this.looks;
    await this.until(() => this.looks > before + 1);
    expect(this.looks).toBeGreaterThan(before + 1);
  }

  /** Gives up in the end: who waits says what was to come. */
  private async until(holds: () => boolean): Promise<void> {
    for (const deadline = Date.now() + 5_000; !holds() && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

it('takes lanes of a pool while the host has a share of it', async () => {
  const world = new World();
  await world.consumers.start();
  world.lanes = 2;
  await world.logged('start 2', 'resize 2');
  world.lanes = 3;
  await world.logged('resize 3');
  world.lanes = 0;
  await world.logged('stop');
  // The lanes of the old consumer have not ended: there is no second one beside it.
  world.lanes = 1;
  world.tell(pool.id);
  await world.lookedAgain();
  expect(world.log.at(-1)).toBe('stop');
  world.letEnd();
  await world.logged('start 1', 'resize 1');
  const stopped = world.consumers.stop();
  await world.logged('stop');
  world.letEnd();
  await stopped;
});

it('takes no lanes of a pool that is not known any more', async () => {
  const world = new World();
  world.lanes = 2;
  await world.consumers.start();
  await world.logged('start 2', 'resize 2');
  world.pools = [];
  await world.logged('stop');
  world.letEnd();
  await world.consumers.stop();
});
