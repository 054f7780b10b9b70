import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRedis } from '@agentainer/store-redis';

/** A Redis of one test file, which it may freeze and kill. */
export class PrivateRedis {
  private readonly directory = mkdtempSync(join(tmpdir(), 'af-api-redis-'));
  private child: ChildProcess | undefined;

  /** Its URL, once it answers. */
  async start(): Promise<string> {
    const socket = join(this.directory, 'redis.sock');
    const storage = ['--dir', this.directory, '--appendonly', 'yes', '--save', ''];
    this.child = spawn('redis-server', ['--port', '0', '--unixsocket', socket, ...storage], {
      stdio: 'ignore',
    });
    const url = `unix://${socket}`;
    for (const until = Date.now() + 10_000; ;) {
      const redis = await connectRedis(url, 'request').catch(() => undefined);
      redis?.disconnect();
      if (redis) return url;
      if (Date.now() > until) throw new Error('redis-server did not start');
    }
  }

  freeze(): void {
    this.child!.kill('SIGSTOP');
  }

  /** Harmless where it is not frozen. */
  async thaw(): Promise<void> {
    this.child!.kill('SIGCONT');
    await Promise.resolve();
  }

  async kill(): Promise<void> {
    const exited = once(this.child!, 'exit');
    this.child!.kill('SIGKILL');
    await exited;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
