import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connectRedis } from '@agentainer/store-redis';
import { Cluster } from '../harness/cluster.js';
import { containersOf, docker } from '../harness/docker.js';

const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
const SECRET = `s3cret-${randomBytes(9).toString('base64url')}`;

let cluster: Cluster;
let image: string;
beforeAll(async () => {
  image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
  const environment = {
    AGENTAINER_SECRETS_KEY: randomBytes(32).toString('base64'),
    AGENTAINER_LOG_LEVEL: 'trace',
  };
  cluster = await Cluster.start({ workers: 1, environment });
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

/** Puts the secret as a person does: through standard input. */
async function setSecret(name: string): Promise<void> {
  const connection = ['--url', cluster.url, '--key', cluster.key];
  const running = promisify(execFile)(process.execPath, [CLI, 'secrets', 'set', name, ...connection]);
  running.child.stdin!.end(`${SECRET}\n`);
  await running;
}

it('R9.3e tells a secret to the tasks that may have it, and keeps it nowhere in clear', async () => {
  const { client } = cluster;
  await setSecret('db');
  const ask = { do: 'secret', name: 'db' };
  const step = { name: 'use', image, secrets: ['db'], retry: { max_attempts: 1 } };
  const workflow = await client.createWorkflow({
    name: 'secrets',
    steps: [
      { ...step, type: 'map', items: [ask, { ...ask, as: 'error' }], continue_on_partial: true },
      { ...step, name: 'other', secrets: undefined, input: { value: ask } },
    ],
  });
  const { id } = await client.startWorkflow(workflow.id);
  const run = await client.waitForRun(id, { timeoutMs: 60_000 });
  const { items } = await client.listStepResults(id, 'use');
  expect(items[0]).toMatchObject({
    result: {
      length: SECRET.length,
      secret: '[secret db]',
      base64: '[secret db]',
      inside: '{"secret":"[secret db]"}',
    },
  });
  expect(items[1]).toMatchObject({ error: { message: 'the password [secret db] is wrong' } });
  expect(run).toMatchObject({ status: 'failed', error: { code: 'SECRET_NOT_ALLOWED' } });

  const forms = [SECRET, Buffer.from(SECRET).toString('base64').replace(/=+$/, '')];
  const containers = await containersOf(cluster.host);
  expect(containers.length).toBeGreaterThan(0);
  const places = {
    api: JSON.stringify([run, items, await client.listRunEvents(id), await client.listRunJobs(id)]),
    logs: cluster.log,
    inspect: await docker('inspect', ...containers),
    redis: await everythingInRedis(),
  };
  for (const [place, text] of Object.entries(places)) {
    for (const form of forms) expect({ place, found: text.includes(form) }).toEqual({ place, found: false });
  }
}, 90_000);

/** Every key of the instance as Redis itself would save it, and the values that it may have packed. */
async function everythingInRedis(): Promise<string> {
  const redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
  const found: string[] = [];
  try {
    for await (const keys of redis.scanStream({ match: `${cluster.keyPrefix}*`, count: 500 })) {
      for (const key of keys as string[]) {
        const type = await redis.type(key);
        if (type === 'hash') found.push(JSON.stringify(await redis.hgetall(key)));
        else if (type === 'string') found.push((await redis.get(key)) ?? '');
        else if (type === 'list') found.push(...(await redis.lrange(key, 0, -1)));
        else if (type === 'stream') found.push(JSON.stringify(await redis.xrange(key, '-', '+')));
      }
    }
  } finally {
    redis.disconnect();
  }
  expect(found.length).toBeGreaterThan(5);
  return found.join('\n');
}
