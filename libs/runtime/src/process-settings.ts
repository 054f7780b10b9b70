import { hostname } from 'node:os';
import { z } from 'zod';
import type { LogLevel } from './logger.js';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const satisfies LogLevel[];

export const portSetting = z.coerce.number().int().min(0).max(65_535);
export const keyPrefixSetting = z
  .string()
  .regex(/^[\w-]{1,64}$/, 'must be 1 to 64 of letters, digits, _ and -')
  .default('agentainer');
/** The name of a machine, as keys and container names have it. */
export const hostSetting = z
  .string()
  .regex(/^[\w.-]{1,253}$/, 'must be of letters, digits, _, . and -')
  .default(hostname());
/** The largest result of a task, in bytes of JSON. */
export const resultLimitSetting = z.coerce
  .number()
  .int()
  .min(1)
  .max(512 * 1024 * 1024)
  .default(1024 * 1024);
export const logLevelSetting = z.enum(LEVELS);

/** Where Redis is. */
export const redisUrlSetting = z
  .string()
  .regex(/^(rediss?:\/\/[^\s/]|unix:\/\/\/)\S*$/, 'must be redis://…, rediss://… or unix:///path/of.sock');
/** Seconds that a process waits for Redis at its start. */
export const redisWaitSetting = z.coerce.number().min(0).max(86_400).default(120);

/** The settings that every process of an instance has. */
export const PROCESS_SETTINGS = {
  AGENTAINER_REDIS_URL: redisUrlSetting.default('redis://127.0.0.1:6379'),
  AGENTAINER_REDIS_WAIT: redisWaitSetting,
  AGENTAINER_PREFIX: keyPrefixSetting,
  AGENTAINER_LOG_LEVEL: logLevelSetting.default('info'),
};

export interface ProcessConfig {
  redisUrl: string;
  /** How long to wait for Redis at the start, in milliseconds. */
  redisWaitMs: number;
  /** What all keys of the instance begin with. */
  keyPrefix: string;
  logLevel: LogLevel;
}

export function processConfig(read: z.output<z.ZodObject<typeof PROCESS_SETTINGS>>): ProcessConfig {
  return {
    redisUrl: read.AGENTAINER_REDIS_URL,
    redisWaitMs: read.AGENTAINER_REDIS_WAIT * 1_000,
    keyPrefix: read.AGENTAINER_PREFIX,
    logLevel: read.AGENTAINER_LOG_LEVEL,
  };
}
