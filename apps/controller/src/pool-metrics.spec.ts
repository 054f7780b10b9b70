import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import type { AgentRecord, PoolSnapshot } from '@agentainer/pool';
import { Registry } from '@agentainer/runtime';
import { PoolMetrics } from './pool-metrics.js';

const config = DEFAULT_POOL_CONFIG;
const agent = (id: string, state: AgentRecord['state']): AgentRecord => ({
  ...{ id, state, directory: '/a', uses: 0, createdAt: 0, since: 0, realm: '' },
  leases: state === 'leased' ? [1] : [],
});
const snapshot = (waiting: number, agents: AgentRecord[]): PoolSnapshot => ({
  ...{
    spec: { id: 'echo-1', image: 'echo', config },
    share: config,
    now: 0,
    lastUsed: 0,
    warm: 0,
    warmUntil: 0,
    retryAt: 0,
    failures: 0,
  },
  ...{ waiting, agents },
});

it('shows how the pools stand now, starts and ends', async () => {
  const registry = new Registry();
  const metrics = new PoolMetrics(registry);
  metrics.snapshot(snapshot(3, [agent('a', 'idle'), agent('b', 'leased'), agent('c', 'leased')]));
  metrics.snapshot(snapshot(0, [agent('a', 'idle')]));
  const busy = snapshot(0, [
    agent('a', 'leased'),
    agent('b', 'leased'),
    agent('c', 'leased'),
    agent('d', 'idle'),
  ]);
  metrics.snapshot({ ...busy, spec: { ...busy.spec, id: 'busy' } });
  const shared = { ...agent('a', 'leased'), leases: [1, 1, 1] };
  const spec = { id: 'shared', image: 'echo', config: { ...config, agent_concurrency: 4 } };
  metrics.snapshot({ ...snapshot(0, [shared, agent('b', 'idle')]), spec });
  metrics.started('echo-1', 150);
  metrics.retired('echo-1', 'max_uses');
  metrics.retired('echo-1', 'max_uses');
  metrics.died('echo-1', 'memory');
  const text = await registry.metrics();
  for (const line of [
    'agentainer_pool_size{pool="echo-1",state="idle"} 1',
    'agentainer_pool_size{pool="echo-1",state="leased"} 0',
    'agentainer_pool_utilization{pool="echo-1"} 0',
    'agentainer_pool_utilization{pool="busy"} 0.75',
    'agentainer_pool_utilization{pool="shared"} 0.375',
    'agentainer_pool_waiting{pool="echo-1"} 0',
    'agentainer_agents_retired_total{pool="echo-1",reason="max_uses"} 2',
    'agentainer_agent_deaths_total{pool="echo-1",cause="memory"} 1',
    'agentainer_agent_start_seconds_bucket{le="0.1",pool="echo-1"} 0',
    'agentainer_agent_start_seconds_bucket{le="0.2",pool="echo-1"} 1',
  ])
    expect(text).toContain(`${line}\n`);
});

it('shows how much of the host is in use, and which of it puts the host under pressure', async () => {
  const registry = new Registry();
  const metrics = new PoolMetrics(registry);
  const disk = (directory: string, use: number) => ({ directory, use });
  metrics.host({ memory: 0.5, disks: [disk('/gone', 0.1)] }, []);
  const engine = disk('/engine', 0.97);
  const pressure = [{ resource: 'disk' as const, ...engine }];
  metrics.host({ memory: 0.5, disks: [disk('/data', 0.2), engine] }, pressure);
  const text = await registry.metrics();
  for (const line of [
    'agentainer_host_use_ratio{resource="memory"} 0.5',
    'agentainer_host_use_ratio{resource="disk",directory="/data"} 0.2',
    'agentainer_host_use_ratio{resource="disk",directory="/engine"} 0.97',
    'agentainer_host_pressure{resource="memory"} 0',
    'agentainer_host_pressure{resource="disk",directory="/data"} 0',
    'agentainer_host_pressure{resource="disk",directory="/engine"} 1',
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).not.toContain('/gone');
});
