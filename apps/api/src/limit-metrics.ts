import type { LimitStanding } from '@agentainer/engine';
import { Gauge, type Registry, withDeadline } from '@agentainer/runtime';

const READ_WITHIN_MS = 1_000;
const KINDS = ['global', 'workflow', 'key'] as const;

/**
 * How many lanes hold slots of limits and wait for them, by kind of limit: keys have any number of values. Read when
 * the metrics are. What cannot be read is left out, and not told as 0.
 */
export function measureLimits(registry: Registry, standings: () => Promise<LimitStanding[]>): void {
  const gauge = (name: string, help: string, count: (standing: LimitStanding) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['kind'],
      registers: [registry],
      async collect() {
        this.reset();
        const reading = withDeadline('reading the limits', READ_WITHIN_MS, standings());
        const read = await reading.catch(() => undefined);
        for (const kind of read ? KINDS : []) {
          const ofKind = read!.filter(({ id }) => id.split(':', 1)[0] === kind);
          this.set(
            { kind },
            ofKind.reduce((sum, standing) => sum + count(standing), 0),
          );
        }
      },
    });
  gauge('agentainer_limit_held', 'Slots of limits that lanes hold', ({ held }) => held);
  gauge('agentainer_limit_waiting', 'Lanes in line for a slot of a limit', ({ waiting }) => waiting);
}
