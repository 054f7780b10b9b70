import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { AGENT_SOCKET } from '@agentainer/contracts/agent-paths';
import { DEFAULT_POOL_CONFIG, newId } from '@agentainer/core';
import type { AgentDriver, AgentStart } from '@agentainer/pool';

/** What the suite needs to know of the kind of driver whose commands it tests. */
export interface CommandsUnderTest {
  driver: AgentDriver;
  /** An image with a shell and the usual small programs, whose own command is `echo its own`. */
  image: string;
  /** A directory for an agent; does not exist yet. */
  directory(agentId: string): string;
  dispose(): Promise<void>;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

const MIB = 1_024 * 1_024;
const SLOW_MS = 60_000;

export async function* bytesOf(...chunks: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

/** Runs an agent's command to its end. */
export async function ran(
  driver: AgentDriver,
  agent: AgentStart,
  input: AsyncIterable<Buffer> = bytesOf(),
  environment: Record<string, string> = {},
): Promise<Ran> {
  const output: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const onOutput = (stream: 'stdout' | 'stderr', chunk: Buffer) => void output[stream].push(chunk);
  const code = await driver.commands.run(agent, {
    environment,
    input,
    onOutput,
    signal: new AbortController().signal,
  });
  const text = (stream: 'stdout' | 'stderr') => Buffer.concat(output[stream]).toString();
  return { code, stdout: text('stdout'), stderr: text('stderr') };
}

/** The behaviour that the commands of every driver have. */
export function describeCommands(name: string, make: () => Promise<CommandsUnderTest>): void {
  let under: CommandsUnderTest;
  let driver: AgentDriver;
  let agent: AgentStart;

  beforeAll(async () => {
    under = await make();
    driver = under.driver;
    agent = await started(driver, under);
  }, 120_000);
  afterAll(async () => {
    for (const { agentId } of await driver.list()) await driver.stop(agentId, 0);
    await driver.close();
    await under.dispose();
  }, SLOW_MS);

  /** The same agent, as if its pool had this command. */
  const shell = (script: string): AgentStart => ({
    ...agent,
    config: { ...agent.config, command: ['sh', '-c', script] },
  });
  const run = (script: string, input?: AsyncIterable<Buffer>, environment?: Record<string, string>) =>
    ran(driver, shell(script), input, environment);

  describe(`commands of the ${name} driver`, () => {
    it(
      'get their input, and tell their output and exit code',
      async () => {
        const script = 'read line; echo "got $line"; echo "oh dear" >&2; exit 7';
        expect(await run(script, bytesOf('one', ' line\n', 'two'))).toEqual({
          ...{ code: 7, stdout: 'got one line\n', stderr: 'oh dear\n' },
        });
      },
      SLOW_MS,
    );

    it(
      "are the image's own where the pool names none",
      async () => {
        expect(await ran(driver, agent)).toEqual({ code: 0, stdout: 'its own\n', stderr: '' });
      },
      SLOW_MS,
    );

    it(
      'are of agents that would be made the same again, and otherwise for another pool',
      async () => {
        const found = (await driver.list()).find(({ agentId }) => agentId === agent.agentId);
        const { image, config } = agent;
        expect(found!.make).toMatch(/./);
        expect(await driver.makeOf({ id: 'pool-1', image, config })).toBe(found!.make);
        expect(await driver.makeOf({ id: 'pool-1', image, config: DEFAULT_POOL_CONFIG })).not.toBe(
          found!.make,
        );
      },
      SLOW_MS,
    );

    it(
      "see what is in their environment, and nothing of the host's",
      async () => {
        const { stdout } = await run('env', undefined, { OF_THE_TASK: 'a b\nc' });
        expect(stdout).toContain('OF_THE_TASK=a b\nc\n');
        expect(stdout).not.toContain('JEST_WORKER_ID');
      },
      SLOW_MS,
    );

    it(
      'leave an agent clean, unless they leave files',
      async () => {
        await run('true');
        expect(await driver.isClean(agent.agentId)).toBe(true);
        const left = '"${TMPDIR:-/tmp}/left"';
        await run(`echo text > ${left}`);
        expect(await driver.isClean(agent.agentId)).toBe(false);
        await run(`rm ${left}`);
        expect(await driver.isClean(agent.agentId)).toBe(true);
      },
      SLOW_MS,
    );

    it(
      'take and give several MiB',
      async () => {
        const chunk = Buffer.alloc(MIB, 'x');
        const counted = await run('wc -c', bytesOf(...Array<Buffer>(8).fill(chunk)));
        expect(counted.stdout.trim()).toBe(String(8 * MIB));
        const { stdout } = await run('cat', bytesOf(...Array<Buffer>(4).fill(chunk)));
        expect(stdout).toHaveLength(4 * MIB);
      },
      SLOW_MS,
    );

    it(
      'need not read their input, and lose nothing of what they said',
      async () => {
        const input = () => bytesOf(...Array<Buffer>(64).fill(Buffer.alloc(MIB / 16, 'x')));
        const script = 'head -c 100000 >/dev/null; head -c 70000 /dev/zero | tr "\\0" y';
        const all = await Promise.all(Array.from({ length: 10 }, () => run(script, input())));
        expect(all.map(({ code, stdout }) => [code, stdout.length])).toEqual(Array(10).fill([0, 70_000]));
      },
      SLOW_MS,
    );

    it(
      'that are not there end with 127',
      async () => {
        const missing = { ...agent, config: { ...agent.config, command: ['no-such-program'] } };
        expect(await ran(driver, missing)).toMatchObject({ code: 127, stderr: expect.stringMatching(/./) });
      },
      SLOW_MS,
    );

    it(
      'end by a signal, whatever they started and wherever that hides',
      async () => {
        const script =
          'setsid sh -c "sleep 987 & sleep 986" </dev/null >/dev/null 2>&1 & echo begun; sleep 985';
        expect(await driver.commands.signal(agent, 0)).toBe(false);
        const running = run(script);
        await until(() => driver.commands.signal(agent, 0));
        await until(async () => (await run('ps -ef 2>/dev/null || ps')).stdout.includes('sleep 987'));
        expect(await driver.commands.signal(agent, 'SIGTERM')).toBe(true);
        expect((await running).code).toBeGreaterThan(128);
        await until(async () => !(await driver.commands.signal(agent, 0)));
      },
      SLOW_MS,
    );

    it(
      'that heed no SIGTERM are killed',
      async () => {
        let said = '';
        const running = driver.commands.run(shell('trap "" TERM; echo here; while :; do sleep 1; done'), {
          ...{ environment: {}, input: bytesOf(), signal: new AbortController().signal },
          onOutput: (_, chunk) => (said += chunk.toString()),
        });
        await until(() => said.includes('here'));
        expect(await driver.commands.signal(agent, 'SIGTERM')).toBe(true);
        await until(async () => !(await driver.commands.signal(agent, 'SIGKILL')));
        expect(await running).toBe(137);
      },
      SLOW_MS,
    );

    it(
      'end although something they started goes on with their output open',
      async () => {
        expect(await run('sleep 984 & echo done')).toMatchObject({ code: 0, stdout: 'done\n' });
        expect(await driver.commands.signal(agent, 'SIGKILL')).toBe(true);
        await until(async () => !(await driver.commands.signal(agent, 0)));
      },
      SLOW_MS,
    );

    it(
      'run side by side on several agents',
      async () => {
        const agents = await Promise.all(Array.from({ length: 3 }, () => started(driver, under)));
        const runs = Array.from({ length: 21 }, (_, i) => {
          const on = { ...agents[i % 3]!, config: { ...agent.config, command: ['sh', '-c', 'cat; exit 0'] } };
          return ran(driver, on, bytesOf(`task ${i}`));
        });
        expect((await Promise.all(runs)).map(({ stdout }) => stdout)).toEqual(
          runs.map((_, i) => `task ${i}`),
        );
      },
      SLOW_MS,
    );

    it(
      'are given up when nobody waits for them any more',
      async () => {
        const abort = new AbortController();
        const command = {
          environment: {},
          input: bytesOf(),
          onOutput: () => undefined,
          signal: abort.signal,
        };
        const given = driver.commands.run(shell('sleep 983'), command);
        await until(() => driver.commands.signal(agent, 0));
        abort.abort(new Error('given up'));
        await expect(given).rejects.toThrow();
        await driver.commands.signal(agent, 'SIGKILL');
      },
      SLOW_MS,
    );

    it(
      'are not there on an agent that is not',
      async () => {
        const other = await started(driver, under);
        await driver.stop(other.agentId, 0);
        await expect(driver.commands.signal(other, 0)).rejects.toThrow();
      },
      SLOW_MS,
    );
  });
}

/** An agent that is healthy once commands can be run on it: whoever serves its protocol is no part of what is tested here. */
async function started(driver: AgentDriver, { image, directory }: CommandsUnderTest): Promise<AgentStart> {
  const agentId = newId('agent');
  const config = { ...DEFAULT_POOL_CONFIG, protocol: 'exec' as const };
  const agent = { agentId, poolId: 'pool-1', image, config, directory: directory(agentId) };
  await mkdir(agent.directory, { recursive: true });
  const server = createServer((_, response) => {
    const answer = (status: number) => () => void response.writeHead(status).end();
    void driver.commands.signal(agent, 0).then(answer(200), answer(503));
  });
  await new Promise<void>((resolve) => void server.listen(join(agent.directory, AGENT_SOCKET), resolve));
  await driver.start(agent, new AbortController().signal).finally(() => server.close());
  return agent;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const giveUpAt = Date.now() + 20_000; !(await condition()); await new Promise(setImmediate))
    if (Date.now() > giveUpAt) throw new Error('the condition did not come true in time');
}
