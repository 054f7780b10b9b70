import { Counter, type Registry } from '@agentainer/runtime';
import type { EgressOutcome } from './egress-proxy.js';

/** Counts what agents asked of their proxies. */
export class EgressMetrics {
  private readonly requests: Counter<'pool' | 'outcome'>;

  constructor(registry: Registry) {
    this.requests = new Counter({
      name: 'agentainer_egress_requests_total',
      help: 'Requests and tunnels that agents of the pool asked their proxies for, by what became of them',
      labelNames: ['pool', 'outcome'],
      registers: [registry],
    });
  }

  count(pool: string, outcome: EgressOutcome): void {
    this.requests.inc({ pool, outcome });
  }
}
