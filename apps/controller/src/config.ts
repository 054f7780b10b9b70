import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import {
  AGENT_PERMISSION_SETTINGS,
  type AgentPermissions,
  agentPermissions,
  durationSchema,
} from '@agentainer/core';
import {
  hostSetting,
  portSetting,
  PROCESS_SETTINGS,
  type ProcessConfig,
  processConfig,
  readConfig,
  resultLimitSetting,
  SECRETS_KEY_SETTINGS,
  secretsKey,
} from '@agentainer/runtime';
import type { HostLimits } from '@agentainer/pool';
import { z } from 'zod';
import type { AlertSettings } from './alerting.js';
import { type EgressSockets, parseEgressSockets } from './egress/egress-sockets.js';
import { isAddressBlock } from './egress/reachable-addresses.js';

/** The longest path that a Unix socket can have, in bytes. */
const LONGEST_SOCKET_PATH = 107;
const LONGEST_OF_AGENT = join('agent_'.padEnd(32, '0'), 'gateway.sock');
const TOO_LONG = 'is too long: the paths of sockets in it would have more than 107 bytes';

const shareSetting = z.string().regex(/^([1-9]\d?|100)%$/, 'must be a share such as "90%"');

const schema = z.object({
  ...PROCESS_SETTINGS,
  ...SECRETS_KEY_SETTINGS,
  ...AGENT_PERMISSION_SETTINGS,
  AGENTAINER_HOST: hostSetting,
  /** A folder of this instance alone. */
  AGENTAINER_DATA: z
    .string()
    .default(join(homedir(), '.agentainer'))
    .refine((directory) => fitsAgents(join(resolve(directory), 'agents')), TOO_LONG),
  /** Where the agents' directories are made; by default in memory for containers, else in the data directory. */
  AGENTAINER_AGENTS: z.string().startsWith('/').refine(fitsAgents, TOO_LONG).optional(),
  AGENTAINER_DRIVER: z.enum(['docker', 'process']).default('docker'),
  AGENTAINER_DOCKER_SOCKET: z.string().default('/var/run/docker.sock'),
  /** For the process driver: a JSON file that says which program each image stands for. */
  AGENTAINER_IMAGES: z.string().optional(),
  /** Services of this host that agents may reach: `name=/path/of.sock,…`. */
  AGENTAINER_EGRESS: z
    .string()
    .transform((text, ctx) => {
      const sockets = parseEgressSockets(text);
      if (sockets) return sockets;
      ctx.addIssue({
        code: 'custom',
        message: 'must be of the form name=/path/of.sock,other=/path/of/other.sock',
      });
      return z.NEVER;
    })
    .optional(),
  /** Credentials for registries: a file of the form of Docker's `config.json`. */
  AGENTAINER_REGISTRY_AUTH_FILE: z.string().startsWith('/').optional(),
  /** The share of the host's memory, and of each disk that counts, from which on idle agents end. */
  AGENTAINER_MEMORY_PRESSURE: shareSetting.default('90%'),
  AGENTAINER_DISK_PRESSURE: shareSetting.default('95%'),
  /** Folders whose disks count, beside those of the data directory and of the engine. */
  AGENTAINER_DISKS: z
    .string()
    .transform((text) => text.split(',').filter((entry) => entry !== ''))
    .refine(
      (folders) => folders.every(isFolder),
      'must be absolute paths of folders, with commas between them',
    )
    .default([]),
  /** Addresses that are not public and that agents may be connected to all the same: blocks, with commas between them. */
  AGENTAINER_EGRESS_ADDRESSES: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((entry) => entry !== ''))
    .refine((blocks) => blocks.every(isAddressBlock), 'must be blocks of addresses, such as 10.0.0.0/8')
    .default([]),
  /** Whether agents go on running when the controller stops, for the next one to take over. */
  AGENTAINER_KEEP_AGENTS: z.enum(['true', 'false']).default('false'),
  /** The largest result of a task that is a command, in bytes of JSON; as the workers have it. */
  AGENTAINER_RESULT_LIMIT: resultLimitSetting,
  /** How long lanes have to wait for a pool that may have no more agents until that is an alert. */
  AGENTAINER_POOL_ALERT_AFTER: durationSchema.default(30_000),
  /** Where alerts are told, by POST. */
  AGENTAINER_ALERT_WEBHOOK: z.string().refine(isWebAddress, 'must be the URL of a server').optional(),
  /** What alerts are signed with. */
  AGENTAINER_ALERT_SECRET: z.string().min(16, 'must have 16 characters at least').optional(),
  /** Where this process serves `/livez` and `/metrics`; nowhere when it is not given. */
  AGENTAINER_METRICS_PORT: portSetting.optional(),
});

export interface ControllerConfig extends ProcessConfig {
  /** The key of secrets, as text; none can be put or told without it. */
  secretsKey?: string;
  /** What pools may ask for. */
  permissions: AgentPermissions;
  host: string;
  dataDirectory: string;
  /** Where the agents' directories are made, where that was said. */
  agentsDirectory?: string;
  driver: 'docker' | 'process';
  dockerSocket: string;
  /** Path of the file that says which program each image stands for; none where no image is known. */
  imagesPath?: string;
  egress?: EgressSockets;
  registryAuthFile?: string;
  /** The shares from which on the host is under pressure, from 0 to 1. */
  pressure: HostLimits;
  /** Folders whose disks count as well. */
  disks: string[];
  /** Blocks of addresses that agents may be connected to though they are not public. */
  egressAddresses: string[];
  keepAgents: boolean;
  resultLimit: number;
  alerts: AlertSettings;
  metricsPort?: number;
}

/** @throws {ConfigError} naming every variable at fault. */
export function readControllerConfig(environment?: NodeJS.ProcessEnv): ControllerConfig {
  const config = readConfig(schema, environment);
  const url = config.AGENTAINER_ALERT_WEBHOOK;
  return {
    ...processConfig(config),
    secretsKey: secretsKey(config),
    permissions: agentPermissions(config),
    host: config.AGENTAINER_HOST,
    dataDirectory: resolve(config.AGENTAINER_DATA),
    agentsDirectory: config.AGENTAINER_AGENTS,
    driver: config.AGENTAINER_DRIVER,
    dockerSocket: config.AGENTAINER_DOCKER_SOCKET,
    imagesPath: config.AGENTAINER_IMAGES,
    egress: config.AGENTAINER_EGRESS,
    registryAuthFile: config.AGENTAINER_REGISTRY_AUTH_FILE,
    pressure: {
      memory: shareOf(config.AGENTAINER_MEMORY_PRESSURE),
      disk: shareOf(config.AGENTAINER_DISK_PRESSURE),
    },
    disks: config.AGENTAINER_DISKS,
    egressAddresses: config.AGENTAINER_EGRESS_ADDRESSES,
    keepAgents: config.AGENTAINER_KEEP_AGENTS === 'true',
    resultLimit: config.AGENTAINER_RESULT_LIMIT,
    alerts: {
      afterMs: config.AGENTAINER_POOL_ALERT_AFTER,
      webhook: url === undefined ? undefined : { url, secret: config.AGENTAINER_ALERT_SECRET },
    },
    metricsPort: config.AGENTAINER_METRICS_PORT,
  };
}

function shareOf(text: string): number {
  return Number(text.slice(0, -1)) / 100;
}

function isFolder(path: string): boolean {
  return isAbsolute(path) && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

function fitsAgents(directory: string): boolean {
  return Buffer.byteLength(join(directory, LONGEST_OF_AGENT)) <= LONGEST_SOCKET_PATH;
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
