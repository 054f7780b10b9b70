import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { StepInput } from '@agentainer/core';
import { buildAgentImage, ContainerEngine, EmbeddedRedis } from '@agentainer/embedded';
import { silentLogger } from '@agentainer/runtime';
import { AgentainerClient } from '@agentainer/sdk';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const READY_DEADLINE_MS = 60_000;

type PoolConfig = NonNullable<StepInput['pool_config']>;

/** What the measurements run on: a private Redis (append-only file on) and container engine, and one whole instance. */
export class Stage {
  readonly image = 'agentainer-bench/no-op:latest';
  redisUrl = '';
  dockerSocket = '';
  client!: AgentainerClient;
  private redis: EmbeddedRedis | undefined;
  private engine: ContainerEngine | undefined;
  private instance: ChildProcess | undefined;

  private constructor(readonly directory: string) {}

  static async open(): Promise<Stage> {
    const stage = new Stage(await mkdtemp(join(tmpdir(), 'af-bench-')));
    try {
      await stage.start();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  get redisPath(): string {
    return this.redisUrl.slice('unix://'.length);
  }

  /** Makes sure that a pool of this configuration has its `min_size` of agents idle. */
  async warm(pool_config: PoolConfig): Promise<void> {
    const { id } = await this.client.createWorkflow({
      name: 'warm',
      steps: [{ name: 'warm', image: this.image, pool_config }],
    });
    const run = await this.client.startWorkflow(id);
    await this.client.waitForRun(run.id, { timeoutMs: READY_DEADLINE_MS });
    await this.until('the pool is warm', async () => {
      const pools = await this.client.listPools();
      return pools.some(
        (p) => p.config.max_size === pool_config.max_size && p.agents.idle === pool_config.min_size,
      );
    });
  }

  /** Memory that the instance's process has resident, in bytes. */
  async instanceMemory(): Promise<number> {
    const status = await readFile(`/proc/${this.instance!.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) * 1_024;
  }

  async close(): Promise<void> {
    if (this.instance && this.instance.exitCode === null) {
      this.instance.kill('SIGTERM');
      await once(this.instance, 'exit');
    }
    await this.engine?.stop();
    await this.redis?.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async start(): Promise<void> {
    const logger = silentLogger;
    this.redis = new EmbeddedRedis({ directory: this.directory, logger });
    await this.redis.start();
    this.redisUrl = this.redis.url;
    this.engine = new ContainerEngine({ directory: this.directory, logger });
    await this.engine.start();
    const { answer } = this.engine;
    if (answer.kind === 'none') throw new Error(`the figures need containers: ${answer.reason}`);
    this.dockerSocket = answer.socketPath;
    const bundle = join(this.directory, 'no-op.mjs');
    await promisify(execFile)(process.execPath, [
      join(ROOT, 'scripts/bundle-agent.mjs'),
      join(ROOT, 'libs/testing/src/fake-agent.ts'),
      bundle,
    ]);
    await buildAgentImage({ socketPath: this.dockerSocket, name: this.image, bundle });
    await this.startInstance();
  }

  private async startInstance(): Promise<void> {
    const data = join(this.directory, 'data');
    this.instance = spawn(process.execPath, [join(ROOT, 'apps/standalone/dist/main.js')], {
      env: {
        PATH: process.env.PATH,
        AGENTAINER_DATA: data,
        AGENTAINER_REDIS_URL: this.redisUrl,
        AGENTAINER_DRIVER: 'docker',
        AGENTAINER_DOCKER_SOCKET: this.dockerSocket,
        AGENTAINER_PORT: '0',
        AGENTAINER_LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const credentials = await this.until('the instance is up', async () => {
      const text = await readFile(join(data, 'credentials.json'), 'utf8').catch(() => undefined);
      return text && (JSON.parse(text) as { url: string; key: string });
    });
    this.client = new AgentainerClient(credentials);
  }

  /** Asks again and again until there is an answer. @throws where none comes in time */
  async until<T>(what: string, ask: () => Promise<T | undefined | false | ''>): Promise<T> {
    const deadline = performance.now() + READY_DEADLINE_MS;
    while (performance.now() < deadline) {
      const answer = await ask();
      if (answer) return answer;
      await pause(50);
    }
    throw new Error(`not within ${READY_DEADLINE_MS} ms: ${what}`);
  }
}
