import { join } from 'node:path';
import { type ApiService, composeApi, readApiConfig } from '@agentainer/api';
import { composeController, readControllerConfig } from '@agentainer/controller';
import { ContainerEngine, EmbeddedRedis } from '@agentainer/embedded';
import { type Logger, type Registry, type Service, ServiceGroup } from '@agentainer/runtime';
import { composeWorker, readWorkerConfig } from '@agentainer/worker';
import { partEnvironment, type StandaloneConfig } from './config.js';
import { writeCredentials } from './credentials.js';
import { LateService } from './late-service.js';
import { localKey } from './local-key.js';
import { secretsKeyFile } from './secrets-key.js';

export interface StandaloneDeps {
  logger: Logger;
  metrics: Registry;
  /** Called when Redis or the engine, private ones, cannot be kept running. */
  onLost?: (error: Error) => void;
}

/** What an instance that has started tells whoever started it. */
export interface Standing {
  address: string;
  /** The file with the address and an API key. */
  credentialsPath: string;
  redisUrl: string;
  /** Of the container engine; undefined where agents are processes. */
  dockerSocket?: string;
  /** Why agents are processes, where nobody asked for it. */
  withoutEngine?: string;
}

/** API, worker and controller of one machine in one process, with a Redis and a container engine of their own. */
export class Standalone implements Service {
  readonly name = 'agentainer';
  private readonly redis: EmbeddedRedis | undefined;
  private readonly engine: ContainerEngine | undefined;
  private readonly api: LateService<ApiService>;
  private readonly group: ServiceGroup;

  constructor(
    private readonly config: StandaloneConfig,
    deps: StandaloneDeps,
  ) {
    const { dataDirectory: directory, dockerHost } = config;
    const { logger, onLost } = deps;
    if (config.redisUrl === undefined) this.redis = new EmbeddedRedis({ directory, logger, onLost });
    if (config.driver !== 'process')
      this.engine = new ContainerEngine({ directory, logger, onLost, dockerHost });
    this.api = new LateService('api', () => composeApi(readApiConfig(this.environment()), deps));
    this.group = new ServiceGroup(this.name, [
      ...(this.redis ? [this.redis] : []),
      ...(this.engine ? [this.engine] : []),
      // First, for it tells what the others wait for.
      this.api,
      new LateService('controller', () => composeController(readControllerConfig(this.environment()), deps)),
      new LateService('worker', () => composeWorker(readWorkerConfig(this.environment()), deps)),
      { name: 'credentials', start: () => this.tellCredentials(), stop: () => Promise.resolve() },
    ]);
  }

  /** @throws {AlreadyRunningError} where another process uses the data directory */
  start(stopping?: AbortSignal): Promise<void> {
    return this.group.start(stopping);
  }

  stop(): Promise<void> {
    return this.group.stop();
  }

  /** Where everything is, once it has started. */
  get standing(): Standing {
    const answer = this.engine?.answer;
    return {
      address: this.api.made.address,
      credentialsPath: this.credentialsPath(),
      redisUrl: this.redisUrl(),
      dockerSocket: this.dockerSocket(),
      withoutEngine: answer?.kind === 'none' ? answer.reason : undefined,
    };
  }

  private async tellCredentials(): Promise<void> {
    const path = this.credentialsPath();
    const key = await localKey(this.redisUrl(), this.config.keyPrefix, path);
    writeCredentials(path, { url: this.api.made.address, key });
  }

  private redisUrl(): string {
    return this.config.redisUrl ?? this.redis!.url;
  }

  private dockerSocket(): string | undefined {
    const answer = this.engine?.answer;
    return answer && answer.kind !== 'none' ? answer.socketPath : undefined;
  }

  private credentialsPath(): string {
    return join(this.config.dataDirectory, 'credentials.json');
  }

  /** @throws where containers were asked for and there is no engine */
  private environment(): NodeJS.ProcessEnv {
    const answer = this.engine?.answer;
    if (this.config.driver === 'docker' && answer?.kind === 'none') throw new Error(answer.reason);
    const { dataDirectory } = this.config;
    return partEnvironment(this.config, {
      redisUrl: this.redisUrl(),
      dockerSocket: this.dockerSocket(),
      secretsKeyFile: secretsKeyFile(dataDirectory),
    });
  }
}
