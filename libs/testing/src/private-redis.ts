import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const START_MS = 10_000;
const POLL_MS = 10;

/** A Redis of one test file, which it may start late, freeze and kill. */
export class PrivateRedis {
  private readonly directory = mkdtempSync(join(tmpdir(), 'af-redis-'));
  private readonly socket = join(this.directory, 'redis.sock');
  private child: ChildProcess | undefined;
  /** Where it is once it has started. */
  readonly url = `unix://${this.socket}`;

  /**
   * Its URL, once it answers anything.
   * @param settings as its command line has them, such as `--requirepass x`
   */
  async start(...settings: string[]): Promise<string> {
    const storage = ['--dir', this.directory, '--appendonly', 'yes', '--save', ''];
    this.child = spawn(
      'redis-server',
      ['--port', '0', '--unixsocket', this.socket, ...storage, ...settings],
      {
        stdio: 'ignore',
      },
    );
    for (const until = Date.now() + START_MS; ; await pause(POLL_MS)) {
      if (await this.answers()) return this.url;
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
    this.child = undefined;
  }

  async stop(): Promise<void> {
    if (this.child) await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const client = connect(this.socket, () => client.write('PING\r\n'));
      client.once('data', () => {
        resolve(true);
        client.destroy();
      });
      client.once('error', () => resolve(false));
      client.once('close', () => resolve(false));
    });
  }
}
