import { silentLogger, identityOf, isAlive } from '@agentainer/runtime';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedRedis } from './embedded-redis.js';
import { AlreadyRunningError } from './errors.js';
import { pollUntil } from './poll.js';
import { redisCommand } from './redis-command.js';

describe('EmbeddedRedis', () => {
  let directory: string;
  const servers: EmbeddedRedis[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'af-embedded-'));
  });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((s) => s.stop()));
    rmSync(directory, { recursive: true, force: true });
  });

  async function started(): Promise<EmbeddedRedis> {
    const redis = new EmbeddedRedis({ directory, logger: silentLogger });
    servers.push(redis);
    await redis.start();
    return redis;
  }

  it('keeps its data over a restart', async () => {
    const first = await started();
    await redisCommand(first.socketPath, ['SET', 'word', 'kept']);
    await first.stop();
    const second = await started();
    expect(await redisCommand(second.socketPath, ['GET', 'word'])).toBe('$4\r\nkept\r\n');
  });

  it('is reached by nobody but its owner', async () => {
    const redis = await started();
    expect(statSync(join(directory, 'redis')).mode & 0o777).toBe(0o700);
    expect(await redisCommand(redis.socketPath, ['CONFIG', 'GET', 'port'])).toContain('\r\n0\r\n');
  });

  it('refuses a data directory that is in use, and leaves its user alone', async () => {
    const first = await started();
    await expect(started()).rejects.toThrow(AlreadyRunningError);
    expect(await redisCommand(first.socketPath, ['PING'])).toBe('+PONG\r\n');
  });

  it('starts again with its data when the server is killed', async () => {
    const redis = await started();
    const killed = identityOf(redis.pid!)!;
    await redisCommand(redis.socketPath, ['CONFIG', 'SET', 'appendfsync', 'always']);
    await redisCommand(redis.socketPath, ['SET', 'word', 'kept']);
    process.kill(killed.pid, 'SIGKILL');
    const back = await pollUntil(async () => {
      return redis.pid !== killed.pid && (await value(redis, 'word')) === '$4\r\nkept\r\n';
    }, 10_000);
    expect(back).toBe(true);
  });

  it('drops a transaction that a crash tore, for good', async () => {
    const first = await started();
    await redisCommand(first.socketPath, ['SET', 'before', '1']);
    await first.stop();
    const files = join(directory, 'redis', 'appendonlydir');
    const log = readdirSync(files).find((f) => f.endsWith('.incr.aof'))!;
    appendFileSync(
      join(files, log),
      '*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$4\r\ntorn\r\n$1\r\n1\r\n*3\r\n$3\r\nSE',
    );
    for (let restart = 0; restart < 3; restart++) {
      const redis = await started();
      expect([await value(redis, 'before'), await value(redis, 'torn')]).toEqual(['$1\r\n1\r\n', '$-1\r\n']);
      await redisCommand(redis.socketPath, ['EVAL', TWO_WRITES, '0']);
      await redis.stop();
    }
  });

  it('ends with an owner that is killed, and the next owner finds the data', async () => {
    const owner = spawn(process.execPath, ['--input-type=module', '-e', OWNER, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const server = identityOf(Number(line.toString()))!;
    owner.kill('SIGKILL');
    expect(await pollUntil(() => Promise.resolve(!isAlive(server)), 10_000)).toBe(true);
    expect(await value(await started(), 'word')).toBe('$4\r\nkept\r\n');
  });

  it('ends the leftover of an owner that is gone, though it does not end by itself', async () => {
    await (await started()).stop();
    const lock = join(directory, 'redis', 'lock');
    const leftover = spawn('flock', ['--no-fork', lock, 'sleep', '60'], { stdio: 'ignore' });
    await once(leftover, 'spawn');
    const child = identityOf(leftover.pid!)!;
    const gone = { pid: child.pid, startTime: '1' };
    writeFileSync(join(directory, 'redis', 'holder.json'), JSON.stringify({ owner: gone, child }));
    await pollUntil(() => lockIsHeld(lock), 5_000);
    await started();
    expect(isAlive(child)).toBe(false);
  }, 30_000);
});

/** A script that writes twice is a transaction on disk. */
const TWO_WRITES = "redis.call('SET', 'a', '1') redis.call('SET', 'b', '1')";

async function value(redis: EmbeddedRedis, key: string): Promise<string> {
  return redisCommand(redis.socketPath, ['GET', key]).catch(() => '');
}

async function lockIsHeld(lock: string): Promise<boolean> {
  const [code] = (await once(spawn('flock', ['--nonblock', lock, 'true']), 'exit')) as [number];
  return code !== 0;
}

/** A process of its own that starts a Redis, says its process id, and waits to be killed. */
const OWNER = `
import { EmbeddedRedis } from ${JSON.stringify(new URL('../dist/embedded-redis.js', import.meta.url).href)};
import { redisCommand } from ${JSON.stringify(new URL('../dist/redis-command.js', import.meta.url).href)};
const redis = new EmbeddedRedis({ directory: process.argv[1], logger: { warn() {}, error() {} } });
await redis.start();
await redisCommand(redis.socketPath, ['SET', 'word', 'kept']);
console.log(redis.pid);
setInterval(() => {}, 1000);
`;
