import { AGENT_PERMISSION_SETTINGS, type AgentPermissions, agentPermissions } from '@agentainer/core';
import {
  ITEM_SETTINGS,
  type ItemSettings,
  itemSettings,
  portSetting,
  PROCESS_SETTINGS,
  type ProcessConfig,
  processConfig,
  readConfig,
  SECRETS_KEY_SETTINGS,
  secretsKey,
} from '@agentainer/runtime';
import { z } from 'zod';

const MIB = 1_024 * 1_024;

const schema = z.object({
  ...PROCESS_SETTINGS,
  ...ITEM_SETTINGS,
  ...SECRETS_KEY_SETTINGS,
  ...AGENT_PERMISSION_SETTINGS,
  AGENTAINER_BIND: z.string().default('127.0.0.1'),
  AGENTAINER_PORT: portSetting.default(8081),
  AGENTAINER_BODY_LIMIT: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(64 * MIB)
    .default(MIB),
  AGENTAINER_MAX_ACTIVE_RUNS: z.coerce.number().int().min(1).max(10_000_000).default(10_000),
});

export interface ApiConfig extends ProcessConfig {
  /** From where items of steps may be read. */
  items: ItemSettings;
  /** The key of secrets, as text; none can be put or told without it. */
  secretsKey?: string;
  /** What pools may ask for. */
  permissions: AgentPermissions;
  bind: string;
  /** 0 takes a free one. */
  port: number;
  /** The largest body of a request, in bytes. */
  bodyLimit: number;
  /** Runs that have not ended; a start beyond them is refused. */
  maxActiveRuns: number;
}

/** @throws {ConfigError} naming every variable at fault. */
export function readApiConfig(environment?: NodeJS.ProcessEnv): ApiConfig {
  const config = readConfig(schema, environment);
  return {
    ...processConfig(config),
    items: itemSettings(config),
    secretsKey: secretsKey(config),
    permissions: agentPermissions(config),
    bind: config.AGENTAINER_BIND,
    port: config.AGENTAINER_PORT,
    bodyLimit: config.AGENTAINER_BODY_LIMIT,
    maxActiveRuns: config.AGENTAINER_MAX_ACTIVE_RUNS,
  };
}
