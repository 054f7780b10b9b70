import { Gauge, type Registry, withDeadline } from '@agentainer/runtime';

/** How long the queues may take to tell their depth, in milliseconds. */
const READ_WITHIN_MS = 1_000;

/** Lanes in the queue of each pool, read when the metrics are. What cannot be read is left out, and not told as 0. */
export function measureQueues(registry: Registry, depths: () => Promise<ReadonlyMap<string, number>>): void {
  new Gauge({
    name: 'agentainer_queue_depth',
    help: "Lanes that wait in the pool's queue until a worker takes them",
    labelNames: ['pool'],
    registers: [registry],
    async collect() {
      this.reset();
      const read = await withDeadline('reading the queues', READ_WITHIN_MS, depths()).catch(() => undefined);
      for (const [pool, depth] of read ?? []) this.set({ pool }, depth);
    },
  });
}
