import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_POOL_CONFIG, newId } from '@agentainer/core';
import type { AgentDriver, AgentStart } from '@agentainer/pool';
import { withDeadline } from '@agentainer/runtime';
import type { FakeAgentTask, FakeAgentTraces } from './fake-agent-task.js';

/** What the suite needs to know of the kind of driver that it tests. */
export interface DriverUnderTest {
  /** A further driver of the same owner, as after a restart of its process. */
  driver(options?: { startDeadlineMs?: number }): AgentDriver;
  /** A driver of somebody else on the same host. */
  stranger(): AgentDriver;
  images: {
    /** The fake agent. */
    working: string;
    /** Prints `no luck` and ends at once with exit code 3. */
    ending: string;
    /** Runs, and opens no socket. */
    silent: string;
    /** The fake agent, but one that cleans nothing. */
    careless: string;
  };
  /** A directory for an agent; does not exist yet. */
  directory(agentId: string): string;
  isHealthy(directory: string): Promise<boolean>;
  /** Has the agent do a task; the line that it answers. */
  run(directory: string, task: FakeAgentTask): Promise<string>;
  /** More than an agent may keep in memory from one task to the next. */
  tooManyMegabytes: number;
  /** Ends the agent from within, with exit code 1 and `it crashes, as told`. */
  crash(directory: string): Promise<unknown>;
  /** Keeps the agent from noticing anything, SIGTERM included. */
  occupy(directory: string): Promise<unknown>;
  /** Has the agent use so many bytes more. */
  keepMemory(directory: string, bytes: number): Promise<unknown>;
  dispose(): Promise<void>;
}

/** How long what must happen at once may take on a busy machine, in milliseconds. */
const SOON_MS = 5_000;
const KEPT_BYTES = 64 * 1_024 * 1_024;
const never = new AbortController().signal;

/** The behaviour that every driver has. */
export function describeDriver(name: string, make: () => Promise<DriverUnderTest>): void {
  let under: DriverUnderTest;
  let driver: AgentDriver;
  let drivers: AgentDriver[];

  beforeAll(async () => {
    under = await make();
  }, 120_000);
  beforeEach(() => {
    drivers = [];
    driver = opened(under.driver());
  });
  afterEach(async () => {
    for (const agent of await driver.list()) await driver.stop(agent.agentId, 0);
    await Promise.all(drivers.map((d) => d.close()));
  }, 60_000);
  afterAll(() => under?.dispose(), 60_000);

  function opened(made: AgentDriver): AgentDriver {
    drivers.push(made);
    return made;
  }
  function agentOf(image: keyof DriverUnderTest['images'] | { name: string }): AgentStart {
    const agentId = newId('agent');
    return {
      agentId,
      poolId: 'pool-1',
      image: typeof image === 'string' ? under.images[image] : image.name,
      directory: under.directory(agentId),
      config: DEFAULT_POOL_CONFIG,
    };
  }
  async function started(by = driver): Promise<AgentStart> {
    const agent = agentOf('working');
    await by.start(agent, never);
    return agent;
  }
  const found = async (agent: AgentStart, by = driver) =>
    (await by.list()).find((a) => a.agentId === agent.agentId);
  const exitOf = (agent: AgentStart, by = driver) =>
    new Promise<void>((resolve) => by.onExit((agentId) => agentId === agent.agentId && resolve()));

  describe(`the ${name} driver`, () => {
    it('starts agents that are healthy, and lists them', async () => {
      const [a, b] = await Promise.all([started(), started()]);
      expect(await under.isHealthy(a.directory)).toBe(true);
      expect(await under.isHealthy(b.directory)).toBe(true);
      expect((await driver.list()).map((agent) => agent.agentId).sort()).toEqual(
        [a.agentId, b.agentId].sort(),
      );
      expect(await found(a)).toMatchObject({ agentId: a.agentId, poolId: 'pool-1', running: true });
    }, 60_000);

    it('tells what its agents are made of, and what they would be made of now', async () => {
      const { image, config } = await started();
      const [agent] = await driver.list();
      expect(agent!.make).toMatch(/./);
      expect(await driver.makeOf({ id: 'pool-1', image, config })).toBe(agent!.make);
      expect(await driver.makeOf({ id: 'pool-1', image: under.images.ending, config })).not.toBe(agent!.make);
    });

    it('ends an agent, once and for all', async () => {
      const [a, b] = await Promise.all([started(), started()]);
      await driver.stop(a.agentId, 5_000);
      expect(await under.isHealthy(a.directory)).toBe(false);
      expect(await found(a)).toBeUndefined();
      expect(await under.isHealthy(b.directory)).toBe(true);
      await driver.stop(a.agentId, 5_000);
      await driver.stop(newId('agent'), 0);
    }, 60_000);

    it('may be asked twice at once to end an agent', async () => {
      const agent = await started();
      await Promise.all([driver.stop(agent.agentId, 1_000), driver.stop(agent.agentId, 0)]);
      expect(await found(agent)).toBeUndefined();
    }, 60_000);

    it('ends an agent that does not heed SIGTERM when its grace is over', async () => {
      const agent = await started();
      const occupied = under.occupy(agent.directory);
      await driver.stop(agent.agentId, 1_000);
      expect(await under.isHealthy(agent.directory)).toBe(false);
      await occupied;
    }, 60_000);

    it('tells at once of an agent that ends', async () => {
      const agent = await started();
      const exited = exitOf(agent);
      await under.crash(agent.directory);
      await withDeadline('telling of the exit', SOON_MS, exited);
      expect((await found(agent))?.running ?? false).toBe(false);
      expect(await driver.lastWords(agent.agentId)).toMatchObject({
        ...{ how: expect.stringContaining('exit code 1'), exitCode: 1 },
        output: expect.stringContaining('it crashes, as told'),
      });
      await driver.stop(agent.agentId, 0);
      expect(await driver.lastWords(agent.agentId)).toEqual({ how: undefined, output: '' });
      expect(await found(agent)).toBeUndefined();
    }, 60_000);

    it('measures the memory of agents, of those that there are', async () => {
      const [a, b] = await Promise.all([started(), started()]);
      await under.keepMemory(b.directory, KEPT_BYTES);
      const sizes = await driver.memoryOf([a.agentId, b.agentId, newId('agent')]);
      expect([...sizes.keys()].sort()).toEqual([a.agentId, b.agentId].sort());
      expect(sizes.get(a.agentId)).toBeGreaterThan(1_000_000);
      expect(sizes.get(b.agentId)! - sizes.get(a.agentId)!).toBeGreaterThan(KEPT_BYTES / 2);
    }, 60_000);

    it('tells nobody who does not want to hear any more', async () => {
      const heard: string[] = [];
      const unsubscribe = driver.onExit((agentId) => heard.push(agentId));
      const agent = await started();
      unsubscribe();
      const exited = exitOf(agent);
      await driver.stop(agent.agentId, 0);
      await withDeadline('telling of the exit', SOON_MS, exited);
      expect(heard).toEqual([]);
    }, 60_000);
  });

  describe(`what a task leaves to the next one, with the ${name} driver`, () => {
    type Line<Result> = { clean?: boolean; result: Result };
    const run = async <Result>({ directory }: AgentStart, task: FakeAgentTask) =>
      JSON.parse(await under.run(directory, task)) as Line<Result>;

    it('is nothing: no file and no process', async () => {
      const agent = await started();
      for (const tasks of [2, 4]) {
        const { clean, result: pid } = await run<number>(agent, { do: 'leave' });
        expect(clean).toBe(true);
        const { result } = await run<FakeAgentTraces>(agent, { do: 'look', pid });
        expect(result).toEqual({ files: [], runs: false, megabytes: 0, tasks });
      }
      expect(await driver.isClean(agent.agentId)).toBe(true);
    }, 60_000);

    it('is told where it cannot be cleaned: too much memory', async () => {
      const agent = await started();
      const megabytes = under.tooManyMegabytes;
      expect((await run(agent, { do: 'leave', megabytes })).clean).toBe(false);
    }, 60_000);

    it('is seen from outside where the agent itself says nothing', async () => {
      const agent = agentOf('careless');
      await driver.start(agent, never);
      expect((await run(agent, { do: 'describe' })).clean).toBeUndefined();
      expect(await driver.isClean(agent.agentId)).toBe(true);
      const { result: pid } = await run<number>(agent, { do: 'leave' });
      const { result } = await run<FakeAgentTraces>(agent, { do: 'look', pid });
      expect(result).toMatchObject({ files: ['left'], runs: true });
      expect(await driver.isClean(agent.agentId)).toBe(false);
    }, 60_000);

    it('cannot be seen where there is no such agent', async () => {
      const agent = await started();
      await driver.stop(agent.agentId, 0);
      expect(await driver.isClean(agent.agentId)).toBe(false);
      expect(await driver.isClean(newId('agent'))).toBe(false);
    }, 60_000);
  });

  describe(`a start by the ${name} driver that fails`, () => {
    const heard: string[] = [];
    beforeEach(() => {
      heard.length = 0;
    });
    async function leavesNothing(agent: AgentStart): Promise<void> {
      expect(await found(agent)).toBeUndefined();
      expect(await under.isHealthy(agent.directory)).toBe(false);
      expect(heard).toEqual([]);
    }

    it('for an image that does not exist', async () => {
      const agent = agentOf({ name: 'no-such-image:1' });
      await expect(driver.start(agent, never)).rejects.toMatchObject({
        name: 'AgentStartError',
        code: 'IMAGE_NOT_FOUND',
      });
      await leavesNothing(agent);
    }, 60_000);

    it('for an agent that ends at once says with which exit code, long before the deadline', async () => {
      driver.onExit((agentId) => heard.push(agentId));
      const agent = agentOf('ending');
      const failed = expect(driver.start(agent, never)).rejects.toMatchObject({
        name: 'AgentStartError',
        code: 'AGENT_START_FAILED',
        message: expect.stringContaining('exit code 3'),
        detail: 'no luck',
      });
      await withDeadline('noticing the exit', 10_000, failed);
      await leavesNothing(agent);
    }, 60_000);

    it('for an agent that never opens its socket', async () => {
      const impatient = opened(under.driver({ startDeadlineMs: 1_000 }));
      impatient.onExit((agentId) => heard.push(agentId));
      const agent = agentOf('silent');
      await expect(impatient.start(agent, never)).rejects.toMatchObject({ code: 'AGENT_START_FAILED' });
      await leavesNothing(agent);
    }, 60_000);

    it('for nobody wanted it from the beginning', async () => {
      const agent = agentOf('working');
      await expect(driver.start(agent, AbortSignal.abort(new Error('not wanted')))).rejects.toThrow();
      await leavesNothing(agent);
    }, 60_000);

    it.each([0, 20, 200])(
      'for it was given up after %i ms',
      async (ms) => {
        driver.onExit((agentId) => heard.push(agentId));
        const agent = agentOf('silent');
        const abort = new AbortController();
        const failed = expect(driver.start(agent, abort.signal)).rejects.toThrow();
        await sleep(ms);
        abort.abort(new Error('not wanted'));
        await withDeadline('giving the start up', SOON_MS, failed);
        await leavesNothing(agent);
      },
      60_000,
    );

    it('for the agent was ended meanwhile', async () => {
      const agent = agentOf('silent');
      const failed = expect(driver.start(agent, never)).rejects.toThrow();
      while ((await found(agent)) === undefined) await sleep(10);
      await driver.stop(agent.agentId, 0);
      await withDeadline('giving the start up', SOON_MS, failed);
      await leavesNothing(agent);
    }, 60_000);
  });

  describe(`what another ${name} driver of the same owner left`, () => {
    it('is found, and ended', async () => {
      const before = opened(under.driver());
      const agent = await started(before);
      await before.close();
      expect(await found(agent)).toMatchObject({ agentId: agent.agentId, poolId: 'pool-1', running: true });
      await driver.stop(agent.agentId, 5_000);
      expect(await found(agent)).toBeUndefined();
      expect(await under.isHealthy(agent.directory)).toBe(false);
    }, 60_000);

    it('is watched once it was found', async () => {
      const before = opened(under.driver());
      const agent = await started(before);
      await before.close();
      await driver.list();
      const exited = exitOf(agent);
      await under.crash(agent.directory);
      await withDeadline('telling of the exit', SOON_MS, exited);
    }, 60_000);

    it('is nothing to anybody else', async () => {
      const agent = await started();
      const stranger = opened(under.stranger());
      expect(await found(agent, stranger)).toBeUndefined();
      await stranger.stop(agent.agentId, 0);
      expect(await under.isHealthy(agent.directory)).toBe(true);
    }, 60_000);
  });
}
