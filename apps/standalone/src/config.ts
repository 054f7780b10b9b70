import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  hostSetting,
  keyPrefixSetting,
  type LogLevel,
  logLevelSetting,
  portSetting,
  readConfig,
  redisUrlSetting,
} from '@agentainer/runtime';
import { z } from 'zod';

const schema = z.object({
  AGENTAINER_REDIS_URL: redisUrlSetting.optional(),
  AGENTAINER_PREFIX: keyPrefixSetting,
  AGENTAINER_HOST: hostSetting,
  AGENTAINER_DATA: z.string().default(join(homedir(), '.agentainer')),
  AGENTAINER_DRIVER: z.enum(['docker', 'process']).optional(),
  DOCKER_HOST: z.string().optional(),
  AGENTAINER_DOCKER_SOCKET: z.string().optional(),
  AGENTAINER_BIND: z.string().default('127.0.0.1'),
  AGENTAINER_PORT: portSetting.default(8081),
  AGENTAINER_LOG_LEVEL: logLevelSetting.default('warn'),
});

export interface StandaloneConfig {
  /** A Redis to use instead of the embedded one. */
  redisUrl?: string;
  keyPrefix: string;
  host: string;
  /** Where everything that outlives the process is kept. */
  dataDirectory: string;
  /** Which agents to run; by default containers where there is an engine, else processes. */
  driver?: 'docker' | 'process';
  /** The container engine to use, as DOCKER_HOST names one; by default the machine's, or a private one. */
  dockerHost?: string;
  bind: string;
  /** 0 takes a free one. */
  port: number;
  logLevel: LogLevel;
  /** What the parts read their own settings from. */
  environment: NodeJS.ProcessEnv;
}

/** What may be said in the program instead of in the environment. */
export type StandaloneSettings = Partial<Pick<StandaloneConfig, 'dataDirectory' | 'port' | 'bind'>>;

/** @throws {ConfigError} naming every variable at fault. */
export function readStandaloneConfig(
  settings: StandaloneSettings = {},
  given: NodeJS.ProcessEnv = process.env,
): StandaloneConfig {
  const environment = { ...given };
  if (settings.dataDirectory !== undefined) environment.AGENTAINER_DATA = settings.dataDirectory;
  if (settings.port !== undefined) environment.AGENTAINER_PORT = String(settings.port);
  if (settings.bind !== undefined) environment.AGENTAINER_BIND = settings.bind;
  const config = readConfig(schema, environment);
  const socket = config.AGENTAINER_DOCKER_SOCKET;
  return {
    redisUrl: config.AGENTAINER_REDIS_URL,
    keyPrefix: config.AGENTAINER_PREFIX,
    host: config.AGENTAINER_HOST,
    dataDirectory: resolve(config.AGENTAINER_DATA),
    driver: config.AGENTAINER_DRIVER,
    dockerHost: socket ? `unix://${socket}` : config.DOCKER_HOST,
    bind: config.AGENTAINER_BIND,
    port: config.AGENTAINER_PORT,
    logLevel: config.AGENTAINER_LOG_LEVEL,
    environment,
  };
}

/** The environment for the parts: as it was given, with what was found out since. */
export function partEnvironment(
  config: StandaloneConfig,
  found: { redisUrl: string; dockerSocket?: string; secretsKeyFile?: string },
): NodeJS.ProcessEnv {
  return {
    AGENTAINER_SECRETS_KEY_FILE: found.secretsKeyFile,
    ...config.environment,
    AGENTAINER_REDIS_URL: found.redisUrl,
    AGENTAINER_PREFIX: config.keyPrefix,
    AGENTAINER_HOST: config.host,
    AGENTAINER_DATA: config.dataDirectory,
    AGENTAINER_BIND: config.bind,
    AGENTAINER_PORT: String(config.port),
    AGENTAINER_LOG_LEVEL: config.logLevel,
    AGENTAINER_DRIVER: found.dockerSocket === undefined ? 'process' : 'docker',
    AGENTAINER_DOCKER_SOCKET: found.dockerSocket,
    // The API serves the metrics of all.
    AGENTAINER_METRICS_PORT: undefined,
  };
}
