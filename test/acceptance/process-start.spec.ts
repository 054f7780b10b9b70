import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryDirectoryOf } from '@agentainer/controller';
import { AgentainerClient } from '@agentainer/sdk';
import { ApiKeyStore, connectRedis, Keys } from '@agentainer/store-redis';
import { PrivateRedis } from '@agentainer/testing';
import { freePort } from '../harness/free-port.js';
import { processAgents } from '../harness/process-images.js';
import { until } from '../harness/until.js';

const APPS = fileURLToPath(new URL('../../apps/', import.meta.url));
type App = 'api' | 'worker' | 'controller' | 'standalone';

/** A process of an instance, that says on a port how it is. */
class Started {
  readonly exited: Promise<number | null>;
  output = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {
    child.stderr!.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.exited = once(child, 'close').then(([code]) => code as number | null);
  }

  static async of(app: App, environment: Record<string, string>): Promise<Started> {
    const port = String(await freePort());
    const ports = { AGENTAINER_PORT: port, AGENTAINER_METRICS_PORT: port };
    const child = spawn(process.execPath, [join(APPS, app, 'dist/main.js')], {
      env: { PATH: process.env.PATH, ...environment, ...ports },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new Started(child, `http://127.0.0.1:${port}`);
  }

  /** The lines of its log that hold a text. */
  said(text: string): unknown[] {
    const lines = this.output.split('\n').filter((line) => line.includes(text));
    return lines.map((line) => JSON.parse(line) as unknown);
  }

  async get(path: string): Promise<{ status: number; text: string } | undefined> {
    const answer = await fetch(this.url + path).catch(() => undefined);
    return answer && { status: answer.status, text: await answer.text() };
  }

  /** Tells it to stop; its exit code. */
  end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.exited;
  }
}

let directory: string;
let redis: PrivateRedis;
let environment: Record<string, string>;
const running: Started[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'af-late-'));
  redis = new PrivateRedis();
  environment = {
    AGENTAINER_REDIS_URL: redis.url,
    AGENTAINER_DATA: directory,
    AGENTAINER_LOG_LEVEL: 'warn',
    ...processAgents(directory, 'fake'),
  };
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.end('SIGKILL')));
  await redis.stop();
  for (const path of [directory, memoryDirectoryOf(directory)])
    rmSync(path, { recursive: true, force: true });
});

async function start(app: App, more: Record<string, string> = {}): Promise<Started> {
  const process = await Started.of(app, { ...environment, ...more });
  running.push(process);
  return process;
}

async function isWaiting(process: Started): Promise<void> {
  await until('it waits for Redis', () => process.said('waiting for it').length > 0);
  await until('it says that it lives', async () => (await process.get('/livez'))?.status === 200);
  expect(await process.get('/readyz')).toMatchObject({
    status: 503,
    text: expect.stringMatching(/ENOENT|the store cannot be reached/) as string,
  });
}

async function answersOnceReady(client: AgentainerClient): Promise<void> {
  const { run_id } = await client.createJob({ image: 'fake', input: { do: 'echo', value: 7 } });
  expect(await client.waitForRun(run_id, { timeoutMs: 60_000 })).toMatchObject({ status: 'completed' });
}

it('R9.4b API, worker and controller that start before their Redis say so, and go on once it is there', async () => {
  const [api, ...others] = await Promise.all([start('api'), start('worker'), start('controller')]);
  for (const process of [api, ...others]) await isWaiting(process);
  const refused = await fetch(`${api.url}/workflows`, { headers: { 'x-api-key': `ak_${'x'.repeat(43)}` } });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toMatch(/^[1-9]/);
  for (const process of running)
    expect(process.said('waiting for it')[0]).toMatchObject({
      level: 40,
      reason: expect.stringContaining('ENOENT') as string,
    });

  const store = await connectRedis(await redis.start(), 'worker');
  const { key } = await new ApiKeyStore(store, new Keys('agentainer')).create('test', ['admin']);
  store.disconnect();
  for (const process of running)
    await until('it is ready', async () => (await process.get('/readyz'))?.status === 200);
  await answersOnceReady(new AgentainerClient({ url: api.url, key }));
  expect(await Promise.all(running.map((process) => process.end()))).toEqual([0, 0, 0]);
}, 90_000);

it('R9.4b `agentainer up` waits for a Redis that is not its own', async () => {
  const up = await start('standalone');
  await isWaiting(up);
  await redis.start();
  const credentials = await until('it has started', () => {
    try {
      return JSON.parse(readFileSync(join(directory, 'credentials.json'), 'utf8')) as {
        url: string;
        key: string;
      };
    } catch {
      return undefined;
    }
  });
  await answersOnceReady(new AgentainerClient(credentials));
  expect(await up.end()).toBe(0);
}, 90_000);

describe('R9.4b a process that waits for Redis', () => {
  const own = (app: App, name: string, more: Record<string, string> = {}) =>
    start(app, { AGENTAINER_DATA: join(directory, name), ...more });

  it('gives up in time, and ends at once on a signal, or where Redis refuses it', async () => {
    const locked = new PrivateRedis();
    const refusing = { AGENTAINER_REDIS_URL: await locked.start('--requirepass', 'right') };
    const [givesUp, refused, signalled, upSignalled] = await Promise.all([
      own('worker', 'a', { AGENTAINER_REDIS_WAIT: '0.5' }),
      own('api', 'b', refusing),
      own('controller', 'c'),
      own('standalone', 'd'),
    ]);
    expect(await givesUp.exited).toBe(1);
    const msg = expect.stringMatching(/ failed: Redis at unix:.* was away for 0.5 s: .*ENOENT/) as string;
    expect(givesUp.said('failed')).toEqual([expect.objectContaining({ level: 60, msg })]);
    expect(await refused.exited).toBe(1);
    expect(refused.said('failed')).toMatchObject([{ msg: expect.stringContaining('NOAUTH') as string }]);
    expect(refused.said('waiting for it')).toEqual([]);
    for (const process of [signalled, upSignalled]) {
      await isWaiting(process);
      expect(await process.end()).toBe(0);
    }
    await locked.stop();
  }, 90_000);
});

it('a setting that is wrong ends each process with one line for it, and exit code 2', async () => {
  const apps: App[] = ['api', 'worker', 'controller', 'standalone'];
  const wrong = { AGENTAINER_LOG_LEVEL: 'loud', AGENTAINER_REDIS_URL: 'http://here' };
  const ended = apps.map(async (app) => {
    const process = await start(app, wrong);
    expect(await process.exited).toBe(2);
    const [first, ...lines] = process.output.trimEnd().split('\n');
    expect(first).toBe(`${app === 'standalone' ? 'agentainer' : app}: bad configuration:`);
    expect(lines.map((line) => /^ {2}(\w+): \S/.exec(line)?.[1]).sort()).toEqual(Object.keys(wrong));
  });
  await Promise.all(ended);
}, 60_000);
