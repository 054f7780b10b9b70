import { join } from 'node:path';
import { DEFAULT_PERMISSIONS } from '@agentainer/core';
import { AgentStartError, PoolRetention } from '@agentainer/pool';
import { RedisPoolDirectory } from '@agentainer/store-redis';
import { FakeLeadership, HOST, TestHost, until } from './keeper.fixture.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.open();
});
afterEach(() => host.close());

const never = () => new Promise<never>(() => undefined);
const fail = (code: 'IMAGE_NOT_FOUND' | 'AGENT_START_FAILED') => () =>
  Promise.reject(new AgentStartError(code, 'it does not start'));

describe('keeps the size', () => {
  it('keeps as many agents as the pool must have, each with a directory and a gateway', async () => {
    const pool = await host.pool({ min_size: 2 });
    await host.keeper();
    const idle = await host.idle(pool, 2);
    expect([...host.driver.agents.keys()].sort()).toEqual([...idle].sort());
    expect((await host.directories()).sort()).toEqual([...idle].sort());
    expect([...host.gateways].sort()).toEqual([...idle].sort());
    expect(host.startTimes).toHaveLength(2);
  });

  it('starts agents for pools that become known later, and for lanes that wait', async () => {
    await host.keeper(undefined, { intervals: { plan: 60_000, reconcile: 60_000, probe: 60_000 } });
    await until(async () => (await host.redis.zcard(host.keys.hosts())) === 1);
    const warm = await host.pool({ min_size: 1 }, 'warm');
    await host.idle(warm, 1);
    const pool = await host.pool();
    const held = await host.leased(pool);
    expect(host.driver.agents.get(held.lease.agentId)?.poolId).toBe(pool.id);
    expect(held.lease.directory).toBe(join(host.agentsDirectory, held.lease.agentId));
  });

  it('starts what was asked for ahead of need', async () => {
    const pool = await host.pool({ max_size: 3 });
    await host.keeper();
    await until(async () => (await host.redis.zcard(host.keys.hosts())) === 1);
    await host.pools.warm(pool.id);
    await host.idle(pool, 3);
  });

  it('serves many lanes with no more agents than allowed, three starts at a time', async () => {
    const pool = await host.pool({ max_size: 5, max_agent_uses: 4 });
    await host.keeper();
    const lanes = Array.from({ length: 20 }, async () => {
      for (let round = 0; round < 3; round++) {
        const held = await host.leased(pool);
        expect(host.driver.agents.has(held.lease.agentId)).toBe(true);
        await host.leaser.release(held, { uses: 1, suspect: false });
      }
    });
    await Promise.all(lanes);
    expect(host.driver.most).toBeLessThanOrEqual(5);
    expect(host.driver.mostStarting).toBeLessThanOrEqual(3);
    expect(host.retired.filter((reason) => reason === 'max_uses').length).toBeGreaterThan(8);
  });

  it('gets an agent to each pool, however much another one wants', async () => {
    const greedy = await host.pool({ min_size: 30, max_size: 30 }, 'greedy');
    host.driver.onStart = () => new Promise((resolve) => setTimeout(resolve, 20));
    await host.keeper();
    await until(() => host.driver.agents.size > 0);
    const modest = await host.pool({}, 'modest');
    await host.leased(modest);
    expect((await host.agents(greedy)).length).toBeLessThan(30);
  });

  it('ends agents that were idle for their time, and clears away all of them', async () => {
    const pool = await host.pool({ min_size: 1, idle_timeout: 100 });
    await host.keeper();
    const held = [await host.leased(pool), await host.leased(pool), await host.leased(pool)];
    for (const one of held) await host.leaser.release(one, { uses: 1, suspect: false });
    await until(async () => (await host.agents(pool)).length === 1);
    const [left] = await host.idle(pool, 1);
    expect(host.retired).toEqual(['idle_timeout', 'idle_timeout']);
    expect([...host.driver.agents.keys()]).toEqual([left]);
    await until(async () => (await host.directories()).length === 1);
    expect([...host.gateways]).toEqual([left]);
  });
});

it('lets go of a pool that nobody asks for any more, least size or not, until it is asked for again', async () => {
  const pool = await host.pool({ min_size: 1, idle_timeout: 1 });
  const directory = new RedisPoolDirectory(host.redis, host.keys);
  const retention = new PoolRetention(directory, { clear: () => Promise.resolve(true) }, 20_000);
  const forget = () => retention.run(new AbortController().signal);
  await host.keeper();
  await host.idle(pool, 1);
  await host.redis.zadd(host.keys.poolsUsed(), Date.now() - 60_000, pool.id);
  expect(await forget()).toEqual([]);
  await host.redis.zadd(host.keys.poolsUsed(), Date.now() - 8 * 86_400_000, pool.id);
  await until(async () => (await forget()).includes(pool.id));
  await until(() => host.forgotten.includes(pool.id));
  expect(host.retired).toEqual(['idle_timeout']);
  expect(await host.redis.keys(`${host.keys.pool(pool.id, HOST)}*`)).toEqual([]);
  await new RedisPoolDirectory(host.redis, host.keys).register(pool);
  await host.hosts.share(pool.id, HOST, pool.config);
  await host.idle(pool, 1);
});

it('replaces agents that would be made otherwise today, while the others go on', async () => {
  const pool = await host.pool({ min_size: 4 });
  await host.keeper();
  const old = await host.idle(pool, 4);
  const held = await host.leased(pool);
  host.driver.make = 'made-2';
  await until(async () => {
    const made = [...host.driver.agents.values()].filter((agent) => agent.make?.endsWith('made-2'));
    return made.length === 3 && (await host.idle(pool, 3)).length === 3;
  });
  expect(held.lost.aborted).toBe(false);
  await host.leaser.release(held, { uses: 1, suspect: false });
  await until(async () => !(await host.idle(pool, 4)).some((id) => old.includes(id)));
  await until(() => host.retired.length === 4);
  expect(host.retired).toEqual(Array(4).fill('config_changed'));
});

describe('replaces agents', () => {
  it('that ended, idle or leased, at once', async () => {
    const pool = await host.pool({ min_size: 2 });
    await host.keeper(undefined, { intervals: { plan: 60_000, reconcile: 60_000, probe: 60_000 } });
    const [first, second] = (await host.idle(pool, 2)) as [string, string];
    const held = await host.leased(pool);
    host.driver.kill(first);
    host.driver.kill(second);
    const next = await host.idle(pool, 2);
    expect(next).not.toContain(first);
    expect(next).not.toContain(second);
    await until(() => held.lost.aborted);
    expect(host.retired).toEqual(['died', 'died']);
  });

  it('that ended while they were starting', async () => {
    const pool = await host.pool({ min_size: 1 });
    let killed = 0;
    host.driver.onStart = (agent) => {
      if (killed++ === 0) host.driver.kill(agent.agentId);
      return Promise.resolve();
    };
    await host.keeper();
    await until(() => host.retired.length === 1);
    const [id] = await host.idle(pool, 1);
    expect(host.driver.agents.has(id!)).toBe(true);
  });

  it('that ended without a word from the engine', async () => {
    const pool = await host.pool({ min_size: 1 });
    await host.keeper();
    const [gone] = await host.idle(pool, 1);
    host.driver.kill(gone!, { quietly: true });
    await until(() => host.retired.includes('died'));
    expect(await host.idle(pool, 1)).not.toContain(gone);
  });

  it('whose lease expired: such an agent is destroyed, and a lane that waits gets another one', async () => {
    const pool = await host.pool({ max_size: 1 });
    await host.keeper();
    const held = await host.leased(pool);
    const key = `${host.keys.pool(pool.id, HOST)}:agent:${held.lease.agentId}`;
    const waiting = host.leased(pool);
    await until(async () => {
      const leases = (await host.redis.hget(key, 'leases')) ?? '';
      await host.redis.hset(key, 'leases', leases.replace(/\|\d+\|(\d+ )$/, '|1|$1'));
      return held.lost.aborted;
    });
    const next = await waiting;
    expect(next.lease.agentId).not.toBe(held.lease.agentId);
    expect(host.driver.stopped).toContain(held.lease.agentId);
    expect(host.retired).toContain('lease_expired');
    expect(host.driver.most).toBe(1);
  });

  it('one of whose leases expired: it ends when the tasks that run beside have', async () => {
    const pool = await host.pool({ max_size: 1, agent_concurrency: 2 });
    await host.keeper();
    const [gone, beside] = [await host.leased(pool), await host.leased(pool)];
    expect(beside.lease.agentId).toBe(gone.lease.agentId);
    const key = `${host.keys.pool(pool.id, HOST)}:agent:${gone.lease.agentId}`;
    const waiting = host.leased(pool);
    await until(async () => {
      const leases = (await host.redis.hget(key, 'leases')) ?? '';
      await host.redis.hset(key, 'leases', leases.replace(/^(\d+\|[^|]*\|\d+\|)\d+/, '$11'));
      return gone.lost.aborted;
    });
    await until(async () => (await host.redis.hget(key, 'state')) === 'draining');
    expect(beside.lost.aborted).toBe(false);
    await host.leaser.release(beside, { uses: 1, suspect: false });
    expect((await waiting).lease.agentId).not.toBe(gone.lease.agentId);
    expect(host.retired).toEqual(['lease_expired']);
  });

  it('that are suspect', async () => {
    const pool = await host.pool({ max_size: 1 });
    await host.keeper();
    const held = await host.leased(pool);
    await host.leaser.release(held, { uses: 1, suspect: true });
    expect((await host.leased(pool)).lease.agentId).not.toBe(held.lease.agentId);
    expect(host.retired).toEqual(['suspect']);
  });

  it('that do not answer their health check, and not those that do', async () => {
    const pool = await host.pool({ min_size: 2 });
    await host.keeper();
    const [sick, well] = (await host.idle(pool, 2)) as [string, string];
    host.unhealthy.add(join(host.agentsDirectory, sick));
    await until(() => host.retired.includes('unhealthy'));
    const idle = await host.idle(pool, 2);
    expect(idle).toContain(well);
    expect(idle).not.toContain(sick);
  });

  it('and tries again where the engine fails to end one', async () => {
    const pool = await host.pool({ max_size: 1 });
    let refusals = 0;
    host.driver.onStop = () => (refusals++ < 2 ? Promise.reject(new Error('busy')) : Promise.resolve());
    await host.keeper();
    await host.leaser.release(await host.leased(pool), { uses: 1, suspect: true });
    await host.leased(pool);
    expect(host.driver.most).toBe(1);
  });
});

describe('agents that do not start', () => {
  it('tells lanes at once that the image does not exist, and starts agents when it does', async () => {
    const pool = await host.pool();
    host.driver.onStart = fail('IMAGE_NOT_FOUND');
    await host.keeper();
    const broken = { kind: 'broken', error: { code: 'IMAGE_NOT_FOUND', message: 'it does not start' } };
    expect(await Promise.all([host.lease(pool), host.lease(pool)])).toMatchObject([broken, broken]);
    expect(await host.lease(pool)).toMatchObject(broken);
    expect(await host.pools.list()).toMatchObject([{ error: { code: 'IMAGE_NOT_FOUND' } }]);
    await until(async () => (await host.agents(pool)).length === 0);
    await until(async () => (await host.directories()).length === 0);
    expect(host.driver.agents.size).toBe(0);

    host.driver.onStart = () => Promise.resolve();
    await host.retryNow(pool);
    await host.leased(pool);
    expect((await host.registry.snapshot(pool.id))?.error).toBeUndefined();
  });

  it('starts none that its operator does not permit, whoever let the definition pass', async () => {
    const pool = await host.pool({ memory: 2 ** 30 }, 'evil:1');
    const permissions = { ...DEFAULT_PERMISSIONS, images: ['good'] };
    await host.keeper(new FakeLeadership(), { permissions });
    const answer = await host.lease(pool);
    expect(answer).toMatchObject({ kind: 'broken', error: { code: 'AGENT_REFUSED' } });
    const message = answer.kind === 'broken' && answer.error.message;
    expect(message).toContain('AGENTAINER_ALLOWED_IMAGES');
    expect(message).toContain('AGENTAINER_MAX_AGENT_MEMORY');
    await until(async () => (await host.agents(pool)).length === 0);
    expect(host.driver.most).toBe(0);
    await host.leased(await host.pool({}, 'good:1'));
  });

  it('lets lanes wait until three starts in a row have failed, and starts no others meanwhile', async () => {
    const pool = await host.pool();
    let tries = 0;
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    host.driver.onStart = async () => {
      tries++;
      await gate;
      await fail('AGENT_START_FAILED')();
    };
    await host.keeper();
    const waiting = [host.lease(pool), host.lease(pool), host.lease(pool)];
    await until(() => tries === 3);
    release();
    // Three starts side by side that fail are one failure: they say the same thing.
    await until(async () => (await host.agents(pool)).length === 0);
    const failures = async () => (await host.registry.snapshot(pool.id))!.failures;
    expect(await failures()).toBe(1);
    await host.retryNow(pool);
    await until(async () => (await failures()) === 2);
    await host.retryNow(pool);
    for (const answer of await Promise.all(waiting))
      expect(answer).toMatchObject({ kind: 'broken', error: { code: 'AGENT_START_FAILED' } });
    expect(tries).toBe(5);
  });
});

describe('agents that end right after their start, again and again', () => {
  it('are not started without a pause: lanes are told, and it goes on once one lives', async () => {
    const pool = await host.pool({ min_size: 1 });
    await host.keeper();
    const killing = setInterval(() => {
      for (const id of host.driver.agents.keys()) host.driver.kill(id);
    }, 2);
    try {
      await until(async () => (await host.registry.snapshot(pool.id))!.failures > 0);
      expect((await host.registry.snapshot(pool.id))!.error).toMatchObject({ code: 'AGENT_START_FAILED' });
      for (let turn = 0; turn < 2; turn++) {
        const { failures } = (await host.registry.snapshot(pool.id))!;
        await host.retryNow(pool);
        await until(async () => (await host.registry.snapshot(pool.id))!.failures > failures);
      }
      const error = {
        code: 'AGENT_START_FAILED',
        message: expect.stringContaining('right after their start'),
      };
      expect(await host.lease(pool)).toEqual({ kind: 'broken', error });
      const started = host.startTimes.length;
      expect(started).toBeLessThan(10);
    } finally {
      clearInterval(killing);
    }
    await host.retryNow(pool);
    await host.leased(pool);
  });
});

describe('when it stops', () => {
  it('ends all agents, the leased ones and those that are starting included', async () => {
    const pool = await host.pool({ min_size: 2, max_size: 3 });
    const keeper = await host.keeper();
    await host.idle(pool, 2);
    await host.leased(pool);
    host.driver.onStart = never;
    void host.lease(pool, 1_000);
    void host.lease(pool, 1_000);
    await until(() => host.driver.agents.size === 3);
    await keeper.stop();
    await keeper.stop();
    expect(host.driver.agents.size).toBe(0);
    expect(await host.agents(pool)).toEqual([]);
    expect(await host.directories()).toEqual([]);
    expect(host.gateways.size).toBe(0);
    expect(host.retired).toEqual(['shutdown', 'shutdown', 'shutdown']);
    expect(await host.redis.zscore(host.keys.hosts(), HOST)).toBe('0');
  });

  it('says why its agents end that are at work, and says so of no other one', async () => {
    const pool = await host.pool({ max_size: 2 });
    const keeper = await host.keeper();
    const [worn, atWork] = [await host.leased(pool), await host.leased(pool)];
    const said: boolean[] = [];
    host.driver.onStop = async (agentId) => {
      const held = agentId === worn.lease.agentId ? worn : atWork;
      said.push(await host.leaser.hostStops(held));
    };
    await host.leaser.release(worn, { uses: 1, suspect: true });
    await until(() => said.length === 1);
    expect(await host.leaser.hostStops(atWork)).toBe(false);
    await keeper.stop();
    expect(said).toEqual([false, true]);
    expect(await host.leaser.hostStops(atWork)).toBe(false);
  });

  it('gives nobody an agent that ends after others', async () => {
    const size = 20;
    const pool = await host.pool({ min_size: size, max_size: size });
    const keeper = await host.keeper(undefined, { parallelStarts: size });
    await host.idle(pool, size);
    let end: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    let given: Promise<string> | undefined;
    host.driver.onStop = () => {
      given ??= host.lease(pool, 1).then(({ kind }) => kind);
      return ended;
    };
    const stopped = keeper.stop();
    await until(() => given !== undefined);
    expect(await given).toBe('busy');
    end!();
    await stopped;
    expect(host.driver.agents.size).toBe(0);
  });

  it('leaves agents to the next keeper where it is told to', async () => {
    const pool = await host.pool({ min_size: 1 });
    const keeper = await host.keeper(undefined, { keepAgents: true });
    const [id] = await host.idle(pool, 1);
    await keeper.stop();
    expect([...host.driver.agents.keys()]).toEqual([id]);
    expect(await host.agents(pool, 'idle')).toHaveLength(1);
  });

  it('ends nothing where it never began, or has lost the lead', async () => {
    const pool = await host.pool({ min_size: 1 });
    const leadership = new FakeLeadership();
    const keeper = await host.keeper(leadership, { keepAgents: true });
    await host.idle(pool, 1);
    await keeper.stop();
    await (await host.keeper(new FakeLeadership(false))).stop();
    expect(host.driver.agents.size).toBe(1);
  });
});
