import type { Logger, Service } from '@agentainer/runtime';
import { join } from 'node:path';
import { commandPath } from './command-path.js';
import { NotInstalledError } from './errors.js';
import { pollUntil } from './poll.js';
import { describeMissing, missingPrograms } from './prerequisites.js';
import { redisCommand } from './redis-command.js';
import { requireShortPath } from './socket-path.js';
import { SupervisedChild } from './supervised-child.js';

const READY_DEADLINE_MS = 60_000;
const REWRITE_DEADLINE_MS = 60_000;
const STOP_GRACE_MS = 15_000;

export interface EmbeddedRedisOptions {
  /** The data directory; Redis keeps its files in `redis/` under it. */
  directory: string;
  logger: Logger;
  /** When an acknowledged write is on the disk: within a second or two, or before it is acknowledged. */
  appendfsync?: 'everysec' | 'always';
  /** Called when Redis ended by itself and could not be started again. */
  onLost?: (error: Error) => void;
}

/**
 * A private Redis as a child process, reached by a Unix socket only. Its data survives a restart.
 * @throws {AlreadyRunningError} from `start`, where another process uses the same directory
 */
export class EmbeddedRedis implements Service {
  readonly name = 'embedded redis';
  readonly socketPath: string;
  /** For clients: `unix:///…/redis.sock`. */
  readonly url: string;
  private readonly child: SupervisedChild;

  constructor(options: EmbeddedRedisOptions) {
    const directory = join(options.directory, 'redis');
    this.socketPath = requireShortPath(join(directory, 'redis.sock'));
    this.url = `unix://${this.socketPath}`;
    this.child = new SupervisedChild({
      logger: options.logger,
      onLost: options.onLost,
      prepare: () => this.rewrite(),
      child: {
        name: 'redis',
        directory,
        command: command(directory, this.socketPath, options.appendfsync ?? 'everysec'),
        endBy: 'SIGTERM',
        graceMs: STOP_GRACE_MS,
        isReady: () => this.answers(),
        readyWithinMs: READY_DEADLINE_MS,
      },
    });
  }

  /** The process id of the server that runs. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  async start(): Promise<void> {
    const missing = missingPrograms('redis');
    if (missing.length > 0) throw new NotInstalledError(describeMissing(missing));
    await this.child.start();
  }

  stop(): Promise<void> {
    return this.child.stop();
  }

  private async answers(): Promise<boolean> {
    const answer = await redisCommand(this.socketPath, ['PING']).catch(() => '');
    return answer.startsWith('+PONG');
  }

  /**
   * A crash can leave the tail of the append-only file torn inside a transaction; appended to, it would be
   * half applied at the next start. So each start begins with a file written anew.
   */
  private async rewrite(): Promise<void> {
    await redisCommand(this.socketPath, ['BGREWRITEAOF']);
    await pollUntil(async () => {
      const info = await redisCommand(this.socketPath, ['INFO', 'persistence']).catch(() => '');
      return info.includes('aof_rewrite_in_progress:0') && info.includes('aof_rewrite_scheduled:0');
    }, REWRITE_DEADLINE_MS);
  }
}

function command(directory: string, socketPath: string, appendfsync: string): string[] {
  const settings: Record<string, string> = {
    port: '0',
    unixsocket: socketPath,
    unixsocketperm: '600',
    dir: directory,
    daemonize: 'no',
    appendonly: 'yes',
    appendfsync,
    save: '',
    'maxmemory-policy': 'noeviction',
  };
  const server = commandPath('redis-server') ?? 'redis-server';
  return [server, ...Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value])];
}
