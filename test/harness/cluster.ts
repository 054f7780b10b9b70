import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryDirectoryOf } from '@agentainer/controller';
import { AgentainerClient } from '@agentainer/sdk';
import { ApiKeyStore, connectRedis, Keys } from '@agentainer/store-redis';
import { freePort } from './free-port.js';
import { until } from './until.js';

const APPS = fileURLToPath(new URL('../../apps/', import.meta.url));
/** Longer than any process gives itself to stop. */
const STOP_DEADLINE_MS = 40_000;

export interface ClusterOptions {
  workers: number;
  /** Environment of all processes, beside what the cluster sets. */
  environment?: Record<string, string>;
}

/** A whole instance of separate processes on the tests' Redis and container engine: API, controller, workers. */
export class Cluster {
  readonly host = `h${randomBytes(4).toString('hex')}`;
  readonly keyPrefix = `t-${this.host}`;
  readonly processes = new Map<string, ChildProcess>();
  private readonly output: string[] = [];
  directory = '';
  private environment: Record<string, string> = {};
  client!: AgentainerClient;
  url = '';
  key = '';

  static async start(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster();
    try {
      await cluster.startAll(options);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** Starts one more process of an app; `environment` stands above that of the cluster. */
  spawn(
    app: 'api' | 'controller' | 'worker',
    name: string,
    environment: Record<string, string> = {},
  ): ChildProcess {
    const child = spawn(process.execPath, [join(APPS, app, 'dist/main.js')], {
      env: { PATH: process.env.PATH, ...this.environment, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => this.output.push(`${name}: ${chunk.toString()}`));
    }
    this.processes.set(name, child);
    return child;
  }

  /** Ends a process without giving it time for anything. */
  async kill(name: string): Promise<void> {
    const child = this.processes.get(name)!;
    this.processes.delete(name);
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  /** Ends a process in order; its exit code. */
  end(name: string): Promise<number | null> {
    const child = this.processes.get(name)!;
    this.processes.delete(name);
    return ended(child);
  }

  /** What the processes have printed. */
  get log(): string {
    return this.output.join('');
  }

  /** Stops all processes in order; the exit code of each, by name. */
  async stop(): Promise<Record<string, number | null>> {
    const codes: Record<string, number | null> = {};
    for (const [name, child] of [...this.processes].reverse()) codes[name] = await ended(child);
    this.processes.clear();
    const made = this.directory ? [this.directory, memoryDirectoryOf(this.directory)] : [];
    for (const path of made) await rm(path, { recursive: true, force: true });
    return codes;
  }

  private async startAll({ workers, environment }: ClusterOptions): Promise<void> {
    this.directory = await mkdtemp(join(tmpdir(), 'af-'));
    const redisUrl = process.env.AGENTAINER_TEST_REDIS!;
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    this.environment = {
      AGENTAINER_REDIS_URL: redisUrl,
      AGENTAINER_PREFIX: this.keyPrefix,
      AGENTAINER_HOST: this.host,
      AGENTAINER_DATA: this.directory,
      AGENTAINER_PORT: String(port),
      AGENTAINER_LOG_LEVEL: 'warn',
      AGENTAINER_DRIVER: 'docker',
      AGENTAINER_DOCKER_SOCKET: process.env.AGENTAINER_TEST_DOCKER_SOCKET!,
      ...environment,
    };
    await this.makeKey(redisUrl);
    this.client = new AgentainerClient({ url: this.url, key: this.key });
    this.spawn('controller', 'controller');
    this.spawn('api', 'api');
    for (let i = 1; i <= workers; i++) this.spawn('worker', `worker-${i}`);
    // A run that starts before the host is known goes by the names of its images, and on other agents than later ones.
    const isUp = async () => (await isReady(this.url)) && (await this.isKept(redisUrl));
    await until('the API is ready and the host has a keeper', isUp).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.log}`);
    });
  }

  private async isKept(redisUrl: string): Promise<boolean> {
    const redis = await connectRedis(redisUrl, 'worker');
    const heard = await redis.zscore(new Keys(this.keyPrefix).hosts(), this.host);
    redis.disconnect();
    return heard !== null;
  }

  private async makeKey(redisUrl: string): Promise<void> {
    const redis = await connectRedis(redisUrl, 'worker');
    const { key } = await new ApiKeyStore(redis, new Keys(this.keyPrefix)).create('test', ['admin']);
    this.key = key;
    redis.disconnect();
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  child.kill('SIGTERM');
  const [code] = await exited;
  clearTimeout(overdue);
  return code;
}
