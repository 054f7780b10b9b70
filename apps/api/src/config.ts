import { readConfig } from '@agentainer/runtime';
import { z } from 'zod';

const MIB = 1_024 * 1_024;
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const schema = z.object({
  AGENTAINER_REDIS_URL: z.string().default('redis://127.0.0.1:6379'),
  AGENTAINER_PREFIX: z.string().default('agentainer'),
  AGENTAINER_BIND: z.string().default('127.0.0.1'),
  AGENTAINER_PORT: z.coerce.number().int().min(0).max(65_535).default(8081),
  AGENTAINER_BODY_LIMIT: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(64 * MIB)
    .default(MIB),
  AGENTAINER_LOG_LEVEL: z.enum(LEVELS).default('info'),
});

export interface ApiConfig {
  redisUrl: string;
  keyPrefix: string;
  bind: string;
  /** 0 takes a free one. */
  port: number;
  /** The largest body of a request, in bytes. */
  bodyLimit: number;
  logLevel: (typeof LEVELS)[number];
}

/** @throws {ConfigError} naming every variable at fault. */
export function readApiConfig(environment?: NodeJS.ProcessEnv): ApiConfig {
  const config = readConfig(schema, environment);
  return {
    redisUrl: config.AGENTAINER_REDIS_URL,
    keyPrefix: config.AGENTAINER_PREFIX,
    bind: config.AGENTAINER_BIND,
    port: config.AGENTAINER_PORT,
    bodyLimit: config.AGENTAINER_BODY_LIMIT,
    logLevel: config.AGENTAINER_LOG_LEVEL,
  };
}
