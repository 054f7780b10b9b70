import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ContainerEngine, EmbeddedRedis } from '@agentainer/embedded';
import { createLogger, type Service, ServiceGroup } from '@agentainer/runtime';
import { type Credentials, readCredentials } from '@agentainer/standalone';
import { findTexts } from '../machine-texts.js';
import { TextServer } from '../text-server.js';
import { buildImages, bundleAgents, writePrograms } from './agent-images.js';
import { AppProcess } from './app-process.js';
import { freePort } from './free-port.js';

const APPS = fileURLToPath(new URL('../../../../apps/', import.meta.url));
/** Worker processes beside the one that is part of `agentainer up`. */
const EXTRA_WORKERS = 2;

export interface InstanceOptions {
  /** A new directory for everything of this instance. */
  directory: string;
  /** The value of DOCKER_HOST. */
  dockerHost?: string;
  /** Lines about what happens. */
  say: (line: string) => void;
}

/**
 * A whole instance for one demonstration: a private Redis, a container engine, the server of the texts, an
 * `agentainer up`, and workers in processes of their own. Everything ends with it.
 */
export class Instance implements Service {
  readonly name = 'demo';
  readonly texts = findTexts();
  /** Where the processes serve their metrics: the first one is `agentainer up`. */
  readonly metricsUrls: string[] = [];
  private readonly redis: EmbeddedRedis;
  private readonly engine: ContainerEngine;
  private readonly group: ServiceGroup;

  constructor(private readonly options: InstanceOptions) {
    const { directory, dockerHost } = options;
    const logger = createLogger('demo', 'warn');
    this.redis = new EmbeddedRedis({ directory, logger });
    this.engine = new ContainerEngine({ directory, logger, dockerHost });
    this.group = new ServiceGroup(this.name, [
      this.redis,
      this.engine,
      new TextServer(this.textSocket, this.texts),
      { name: 'agents', start: () => this.makeAgents(), stop: () => Promise.resolve() },
      new AppProcess({
        name: 'agentainer up',
        program: join(APPS, 'standalone/dist/main.js'),
        environment: () => this.environment(),
        isReady: () => Promise.resolve(this.credentials() !== undefined),
      }),
      ...Array.from({ length: EXTRA_WORKERS }, (_, i) => this.worker(`worker ${i + 1}`)),
    ]);
  }

  start(): Promise<void> {
    return this.group.start();
  }

  stop(): Promise<void> {
    return this.group.stop();
  }

  /** How many processes take tasks. */
  get workers(): number {
    return 1 + EXTRA_WORKERS;
  }

  /** How to reach the API; undefined until it has started. */
  credentials(): Credentials | undefined {
    return readCredentials(join(this.options.directory, 'credentials.json'));
  }

  private get textSocket(): string {
    return join(this.options.directory, 'texts.sock');
  }

  private get programsPath(): string {
    return join(this.options.directory, 'programs.json');
  }

  private async makeAgents(): Promise<void> {
    const { directory, say } = this.options;
    const { answer } = this.engine;
    mkdirSync(join(directory, 'bundles'));
    const bundles = await bundleAgents(join(directory, 'bundles'));
    writePrograms(this.programsPath, bundles);
    if (answer.kind === 'none') say(`Agents are local processes: ${answer.reason}`);
    else await buildImages(answer.socketPath, bundles);
  }

  private worker(name: string): AppProcess {
    let url = '';
    return new AppProcess({
      name,
      program: join(APPS, 'worker/dist/main.js'),
      environment: async () => {
        const port = String(await freePort());
        url = `http://127.0.0.1:${port}`;
        this.metricsUrls.push(`${url}/metrics`);
        return { ...(await this.environment()), AGENTAINER_METRICS_PORT: port };
      },
      isReady: () =>
        fetch(`${url}/readyz`).then(
          (answer) => answer.ok,
          () => false,
        ),
    });
  }

  private environment(): Promise<Record<string, string>> {
    const { answer } = this.engine;
    const engine: Record<string, string> =
      answer.kind === 'none'
        ? { AGENTAINER_DRIVER: 'process', AGENTAINER_IMAGES: this.programsPath }
        : { AGENTAINER_DRIVER: 'docker', AGENTAINER_DOCKER_SOCKET: answer.socketPath };
    return Promise.resolve({
      AGENTAINER_REDIS_URL: this.redis.url,
      AGENTAINER_DATA: this.options.directory,
      AGENTAINER_PORT: '0',
      AGENTAINER_LOG_LEVEL: 'warn',
      AGENTAINER_EGRESS: `texts=${this.textSocket}`,
      ...engine,
    });
  }
}
