import type { AgentNeed, HostStanding, PoolOutlook, PoolOutlookReader } from '@agentainer/engine';
import type { PoolStatus } from '@agentainer/pool';

/** Pools as a test says that they stand. Each of their hosts has one worker, unless a test says otherwise; idle agents serve anybody. */
export class FakePoolOutlook implements PoolOutlookReader {
  readonly hosts: HostStanding[] = [];

  constructor(private readonly statuses: readonly PoolStatus[]) {}

  outlook(needs: readonly AgentNeed[]): Promise<PoolOutlook> {
    const named = new Set(this.hosts.map(({ name }) => name));
    const others = [...new Set(this.statuses.map(({ host }) => host))].filter((name) => !named.has(name));
    const usual = { workers: 1, isDrained: false, pressure: [] };
    const hosts = [...this.hosts, ...others.map((name) => ({ name, ...usual }))];
    const pools = this.statuses.map((status) => ({
      ...status,
      idleFor: new Map(needs.map(({ realm }) => [realm, status.agents.idle])),
      failures: status.error ? 1 : 0,
      pullingUntil: 0,
      onTrial: false,
    }));
    return Promise.resolve({ hosts, pools });
  }
}
