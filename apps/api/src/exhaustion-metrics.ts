import { Gauge, type Registry, withDeadline } from '@agentainer/runtime';

const READ_WITHIN_MS = 1_000;

interface Pools {
  ids(): Promise<string[]>;
  exhausted(): Promise<ReadonlySet<string>>;
}

/** Which pools are exhausted, read when the metrics are. What cannot be read is left out, and not told as 0. */
export function measureExhaustion(registry: Registry, pools: Pools): void {
  new Gauge({
    name: 'agentainer_pool_exhausted',
    help: '1 where lanes have waited for long for a pool that may have no more agents, else 0',
    labelNames: ['pool'],
    registers: [registry],
    async collect() {
      this.reset();
      const reading = withDeadline(
        'reading the pools',
        READ_WITHIN_MS,
        Promise.all([pools.ids(), pools.exhausted()]),
      );
      const [ids, exhausted] = (await reading.catch(() => undefined)) ?? [[], new Set<string>()];
      for (const pool of ids) this.set({ pool }, exhausted.has(pool) ? 1 : 0);
    },
  });
}
