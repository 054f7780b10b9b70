import {
  hostSetting,
  ITEM_SETTINGS,
  type ItemSettings,
  itemSettings,
  portSetting,
  PROCESS_SETTINGS,
  type ProcessConfig,
  processConfig,
  readConfig,
  resultLimitSetting,
  SECRETS_KEY_SETTINGS,
  secretsKey,
} from '@agentainer/runtime';
import { z } from 'zod';

const logLimit = (preset: number) =>
  z.coerce
    .number()
    .int()
    .min(0)
    .max(1024 * 1024 * 1024)
    .default(preset);

const schema = z.object({
  ...PROCESS_SETTINGS,
  ...ITEM_SETTINGS,
  ...SECRETS_KEY_SETTINGS,
  /** The host whose agents this worker uses. */
  AGENTAINER_HOST: hostSetting,
  /** The largest result of a task, in bytes of JSON. */
  AGENTAINER_RESULT_LIMIT: resultLimitSetting,
  /** What is kept of the output of one attempt, in bytes: of more the newest; 0 keeps none. */
  AGENTAINER_LOG_LIMIT: logLimit(256 * 1024),
  /** What is kept of the output of all tasks of a run, in bytes: of more the newest. */
  AGENTAINER_RUN_LOG_LIMIT: logLimit(16 * 1024 * 1024),
  /** Lanes of the whole instance that may work at once, each at one task; 0 for any number. */
  AGENTAINER_MAX_PARALLEL: z.coerce.number().int().min(0).max(1_000_000).default(0),
  /** Where this process serves `/livez` and `/metrics`; nowhere when it is not given. */
  AGENTAINER_METRICS_PORT: portSetting.optional(),
});

export interface WorkerConfig extends ProcessConfig {
  /** From where items of steps may be read. */
  items: ItemSettings;
  /** The key of secrets, as text; none can be put or told without it. */
  secretsKey?: string;
  host: string;
  resultLimit: number;
  /** What is kept of what tasks print. */
  logs: { attemptBytes: number; runBytes: number };
  maxParallel: number;
  metricsPort?: number;
}

/** @throws {ConfigError} naming every variable at fault. */
export function readWorkerConfig(environment?: NodeJS.ProcessEnv): WorkerConfig {
  const config = readConfig(schema, environment);
  return {
    ...processConfig(config),
    items: itemSettings(config),
    secretsKey: secretsKey(config),
    host: config.AGENTAINER_HOST,
    resultLimit: config.AGENTAINER_RESULT_LIMIT,
    logs: { attemptBytes: config.AGENTAINER_LOG_LIMIT, runBytes: config.AGENTAINER_RUN_LOG_LIMIT },
    maxParallel: config.AGENTAINER_MAX_PARALLEL,
    metricsPort: config.AGENTAINER_METRICS_PORT,
  };
}
