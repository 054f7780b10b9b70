import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentConnections } from '@agentainer/agent-client';
import { DockerDriver } from '@agentainer/agent-docker';
import { newId, poolOf, validateDefinition } from '@agentainer/core';
import { Leaser } from '@agentainer/pool';
import { silentLogger } from '@agentainer/runtime';
import {
  connectRedis,
  Keys,
  RedisAgentRegistry,
  RedisLeaseStore,
  RedisPoolDirectory,
} from '@agentainer/store-redis';
import { type Figure, ms } from './figure.js';
import type { Stage } from './stage.js';
import { median, percentile } from './statistics.js';

const COLD_STARTS = 9;
const HAND_OVERS = 500;

/** A container's cold start to its first answer, beside handing a task to a warm one (lease, task, answer). */
export async function measureHandOver(stage: Stage): Promise<Figure[]> {
  const redis = await connectRedis(stage.redisUrl, 'worker');
  const subscriber = await connectRedis(stage.redisUrl, 'subscriber');
  const keys = new Keys(`bench-${randomUUID()}`);
  const definition = {
    name: 'b',
    steps: [{ name: 's', image: stage.image, pool_config: { max_size: COLD_STARTS } }],
  };
  const pool = poolOf(validateDefinition(definition).steps[0]!);
  const registry = new RedisAgentRegistry(redis, subscriber, keys, 'bench');
  await new RedisPoolDirectory(redis, keys).register(pool);
  const driver = new DockerDriver({
    socketPath: stage.dockerSocket,
    instance: keys.prefix,
    host: 'bench',
    logger: silentLogger,
  });
  const connections = new AgentConnections();
  const store = new RedisLeaseStore(redis, subscriber, keys, 'bench', newId('worker'));
  const leaser = new Leaser({ store, logger: silentLogger });
  await leaser.start();
  const agents: string[] = [];

  const answer = async () => {
    const leased = await leaser.lease(pool.id, { waitMs: 10_000, signal: new AbortController().signal });
    if (leased.kind !== 'leased') throw new Error(`no lease: ${leased.kind}`);
    const { lease } = leased.held;
    const result = await connections.run(lease.directory, lease, noOp());
    if (result.kind !== 'completed') throw new Error(`no answer: ${JSON.stringify(result)}`);
    return leased.held;
  };
  try {
    const cold: number[] = [];
    for (let i = 0; i < COLD_STARTS; i++) {
      const agentId = newId('agent');
      const directory = join(stage.directory, 'agents', agentId);
      const began = performance.now();
      await mkdir(directory, { recursive: true });
      await registry.create(pool.id, agentId, directory);
      agents.push(agentId);
      await driver.start(
        { agentId, poolId: pool.id, image: stage.image, directory },
        new AbortController().signal,
      );
      await registry.ready(pool.id, agentId);
      const held = await answer();
      cold.push(performance.now() - began);
      await leaser.release(held, { uses: 1, suspect: false });
    }
    const warm: number[] = [];
    for (let i = 0; i < HAND_OVERS; i++) {
      const began = performance.now();
      const held = await answer();
      warm.push(performance.now() - began);
      await leaser.release(held, { uses: 1, suspect: false });
    }
    const ratio = median(cold) / median(warm);
    return [
      {
        what: 'warm hand-over (lease, task, first answer), p50',
        measured: ms(median(warm)),
        beside: `cold start ${ms(median(cold))}: ${Math.round(ratio)}x`,
        promise: { text: '≥ 100x faster', kept: ratio >= 100 },
      },
      { what: 'warm hand-over, p99', measured: ms(percentile(warm, 0.99)) },
    ];
  } finally {
    await leaser.stop();
    await connections.close();
    for (const agentId of agents) await driver.stop(agentId, 1_000);
    await driver.close();
    redis.disconnect();
    subscriber.disconnect();
  }
}

function noOp() {
  return {
    runId: 'run_bench',
    workflowId: null,
    step: 's',
    kind: 'map' as const,
    index: 0,
    attempt: 1,
    token: 't',
    input: '1',
    timeoutMs: 10_000,
    signal: new AbortController().signal,
  };
}
