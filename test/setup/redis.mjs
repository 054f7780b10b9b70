import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A private Redis for one run of jest, on a Unix socket; tests find it in AGENTAINER_TEST_REDIS. */
export default async function setUpRedis() {
  const directory = mkdtempSync(join(tmpdir(), 'af-test-redis-'));
  const socket = join(directory, 'redis.sock');
  const server = spawn(
    'redis-server',
    ['--port', '0', '--unixsocket', socket, '--dir', directory, '--appendonly', 'yes', '--save', ''],
    { stdio: 'ignore' },
  );
  await answering(socket);
  process.env.AGENTAINER_TEST_REDIS = `unix://${socket}`;
  globalThis.stopTestRedis = async () => {
    const exited = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await exited;
    rmSync(directory, { recursive: true, force: true });
  };
}

async function answering(socket) {
  for (let tries = 0; tries < 200; tries++) {
    const connected = await new Promise((resolve) => {
      const probe = createConnection(socket, () => resolve(true));
      probe.on('error', () => resolve(false));
      probe.unref();
      setTimeout(() => probe.destroy(), 100).unref();
    });
    if (connected) return;
    await sleep(25);
  }
  throw new Error('redis-server did not start; is it installed?');
}
