import { hostname } from 'node:os';
import { readConfig } from '@agentainer/runtime';
import { z } from 'zod';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const schema = z.object({
  AGENTAINER_REDIS_URL: z.string().default('redis://127.0.0.1:6379'),
  AGENTAINER_PREFIX: z.string().default('agentainer'),
  /** The host whose agents this worker uses. */
  AGENTAINER_HOST: z.string().default(hostname()),
  /** The largest result of a task, in bytes of JSON. */
  AGENTAINER_RESULT_LIMIT: z.coerce
    .number()
    .int()
    .min(1)
    .max(512 * 1024 * 1024)
    .default(1024 * 1024),
  AGENTAINER_LOG_LEVEL: z.enum(LEVELS).default('info'),
  /** Where this process serves `/livez` and `/metrics`; nowhere when it is not given. */
  AGENTAINER_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
});

export interface WorkerConfig {
  redisUrl: string;
  keyPrefix: string;
  host: string;
  resultLimit: number;
  logLevel: (typeof LEVELS)[number];
  metricsPort?: number;
}

/** @throws {ConfigError} naming every variable at fault. */
export function readWorkerConfig(environment?: NodeJS.ProcessEnv): WorkerConfig {
  const config = readConfig(schema, environment);
  return {
    redisUrl: config.AGENTAINER_REDIS_URL,
    keyPrefix: config.AGENTAINER_PREFIX,
    host: config.AGENTAINER_HOST,
    resultLimit: config.AGENTAINER_RESULT_LIMIT,
    logLevel: config.AGENTAINER_LOG_LEVEL,
    metricsPort: config.AGENTAINER_METRICS_PORT,
  };
}
