import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DefinitionInput } from '@agentainer/core';
import type { FakeAgentTask } from '@agentainer/testing';
import { connectRedis } from '@agentainer/store-redis';
import { buildAgent } from '../harness/build-agent.js';
import { makeBusyboxImage } from '../harness/busybox.js';
import type { Cluster } from '../harness/cluster.js';
import { docker } from '../harness/docker.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
const SECRET = `s3cret-${randomBytes(9).toString('base64url')}`;

let cluster: Cluster;
const environment = {
  AGENTAINER_SECRETS_KEY: randomBytes(32).toString('base64'),
  AGENTAINER_LOG_LIMIT: '20000',
};
withCluster({ workers: 1, environment }, (started) => (cluster = started));

const cli = async (...argv: string[]): Promise<string> => {
  const connection = ['--url', cluster.url, '--key', cluster.key];
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...argv, ...connection]);
  return stdout;
};
const run = async (tasks: FakeAgentTask[], more: object = {}): Promise<string> => {
  const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
  const workflow = await cluster.client.createWorkflow({
    name: 'logs',
    steps: [{ name: 'print', type: 'map', image, items: tasks as never, max_parallel: 2, ...more }],
  });
  return (await cluster.client.startWorkflow(workflow.id)).id;
};

it('R9.3c streams what a task prints while it runs, and keeps it with the run', async () => {
  const id = await run([
    { do: 'print', lines: 20, everyMs: 100 },
    { do: 'print', lines: 1 },
  ]);
  const seen: string[] = [];
  let early = 0;
  for await (const { text } of cluster.client.logs.followJob(`${id}.print.0`)) {
    const { status } = await cluster.client.getJob(`${id}.print.0`);
    seen.push(text);
    if (status === 'running') early = seen.length;
  }
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i + 1}\n`).join('');
  expect(seen.join('')).toBe(lines);
  expect(early).toBeGreaterThan(1);
  expect(await cli('job', 'logs', `${id}.print.0`)).toBe(lines);
  expect(await cli('job', 'logs', `${id}.print.0`, '--tail', '1', '-f')).toBe('line 20\n');

  const following = await cli('workflow', 'logs', id, '-f');
  expect(following).toContain('print.0 | line 20\n');
  expect(following).toContain('print.1 | line 1\n');

  await cluster.client.deleteRun(id);
  await expect(cli('job', 'logs', `${id}.print.0`)).rejects.toMatchObject({ code: 3 });
}, 60_000);

it('R9.3c attributes logs to attempts, bounds them, and takes secrets out wherever they are cut', async () => {
  const { client } = cluster;
  await client.secrets.put('db', SECRET);
  const id = await run(
    [
      { do: 'print', lines: 2, secret: 'db', as: 'error', attempts: 1 },
      { do: 'print', lines: 10_000 },
    ],
    { secrets: ['db'], retry: { max_attempts: 2, delay: '10ms' } },
  );
  await client.waitForRun(id, { timeoutMs: 60_000 });
  const { items } = await client.logs.ofJob(`${id}.print.0`);
  expect(items.every(({ attempt }) => attempt === 1)).toBe(true);
  const of = (stream: string) =>
    items
      .filter((e) => e.stream === stream)
      .map((e) => e.text)
      .join('');
  expect(of('stdout')).toBe('line 1\nline 2\n');
  expect(of('stderr')).toBe('the secret is [secret db].\n');
  expect(await client.logs.ofJob(`${id}.print.0`, { attempt: 2 })).toEqual({ items: [], next_cursor: null });

  const shown = await cli('job', 'logs', `${id}.print.1`);
  expect(shown.length).toBeLessThan(21_000);
  expect(shown).toMatch(/^\[\d+ bytes were not kept\]\n/);
  expect(shown.endsWith('line 9999\nline 10000\n')).toBe(true);

  const redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
  const stored = JSON.stringify(await redis.xrange(`${cluster.keyPrefix}:run:{${id}}:logs`, '-', '+'));
  redis.disconnect();
  expect(stored).toContain('[secret db]');
  expect(stored).not.toContain(SECRET.slice(6));
}, 60_000);

it('R6.5a R9.3c shows what an agent printed last that does not boot, or dies at its task', async () => {
  const image = `mute-${randomBytes(4).toString('hex')}:1`;
  await makeBusyboxImage();
  const container = await docker('create', 'busybox', 'sh');
  const command = 'CMD ["sh", "-c", "echo no model is there >&2; exit 2"]';
  await docker('commit', '--change', command, container, image);
  await docker('rm', container);
  const { client } = cluster;
  const failing = await client.waitForRun(
    await run([{ do: 'echo', value: 1 }], { image, retry: { max_attempts: 1 } }),
  );
  await docker('rmi', image);
  const error = { code: 'AGENT_START_FAILED', detail: 'no model is there' };
  expect((await client.getJob(`${failing.id}.print.0`)).error).toMatchObject(error);
  const mute = (await client.pools.list()).find((pool) => pool.image === image)!;
  expect(mute.error).toMatchObject(error);
  expect(await cli('pool', 'get', mute.id)).toContain('did not start printed\n  no model is there\n');

  await client.waitForRun(await run([{ do: 'crash', exitCode: 9 }], { pool_config: { max_size: 1 } }));
  const died = await until('a death is noted', async () =>
    (await client.pools.list()).find(({ last_death }) => last_death !== null),
  );
  expect(died.last_death).toMatchObject({ how: 'ended with exit code 9', output: 'it crashes, as told' });
  const { hosts } = await client.pools.get(died.id);
  expect(hosts.flatMap(({ deaths }) => deaths)[0]).toMatchObject({ exit_code: 9, out_of_memory: false });
  expect(await cli('pool', 'get', died.id)).toContain('ended with exit code 9 at ');
}, 60_000);

it('R9.3b counts words with agents in Python (examples/word-count-python), which know state, logs and secrets', async () => {
  const { client } = cluster;
  await buildAgent('examples/word-count-python/agent.py', 'word-count-python:1');
  await buildAgent('libs/agent-kit-python/test/fake_agent.py', 'fake-python:1');
  const definition = readFileSync(
    new URL('../../examples/word-count-python/workflow.json', import.meta.url),
    'utf8',
  );
  const { id } = await client.createWorkflow(JSON.parse(definition) as DefinitionInput);
  const texts = Array.from({ length: 30 }, (_, i) => `${'to be '.repeat(i)}or ${'not '.repeat(3)}`);
  const { id: runId } = await client.startWorkflow(id, [...texts, '']);
  const counted = await client.waitForRun(runId, { timeoutMs: 60_000 });
  expect(counted).toMatchObject({ status: 'completed', result: { to: 435, be: 435, or: 30, not: 90 } });
  expect(await client.getRunState(runId)).toMatchObject({ state: { words: 990 } });
  const { items } = await client.logs.ofJob(`${runId}.count.2`);
  expect(items.map(({ text }) => text).join('')).toBe('text 2: 8 words\n');
  expect(await client.getJob(`${runId}.count.30`)).toMatchObject({ error: { code: 'NO_WORDS' } });

  await client.secrets.put('db', SECRET);
  const secretive = await client.createWorkflow({
    name: 'secretive',
    steps: [
      {
        name: 'tell',
        image: 'fake-python:1',
        secrets: ['db'],
        input: { value: { do: 'secret', name: 'db' } },
      },
    ],
  });
  const told = await client.startWorkflow(secretive.id);
  const { result } = await client.waitForRun(told.id, { timeoutMs: 60_000 });
  expect(result).toMatchObject({ length: SECRET.length, secret: '[secret db]', base64: '[secret db]' });
}, 120_000);
