import { z } from 'zod';
import { HOSTS_UNLISTED, listsItsHosts, networkFields } from './agent-network.js';
import { resourceFields } from './agent-resources.js';
import { byteSizeSchema } from './byte-size.js';
import { durationSchema } from './duration-schema.js';
import { execFields, withoutExec } from './exec-config.js';
import { LIMITS } from './limits.js';
import { reuseSchema } from './reuse.js';

const MIB = 1_024 * 1_024;
const TIB = 1_024 * 1_024 * MIB;
const agents = z.int().max(LIMITS.poolSize);

/** How a pool keeps its agents. Two steps that say the same about the same image share one pool. */
export const poolConfigSchema = z
  .strictObject({
    min_size: agents.min(0).default(0),
    max_size: agents.min(1).default(4),
    idle_timeout: durationSchema.default(300_000),
    max_agent_uses: z.int().min(1).max(1_000_000_000).default(1_000_000),
    /** Tasks that an agent serves at once. */
    agent_concurrency: z.int().min(1).max(LIMITS.agentConcurrency).default(1),
    warm_up: z.boolean().default(false),
    reuse: reuseSchema.default('workflow'),
    /** Idle agents that are kept beside those in use, within `max_size`. */
    buffer: agents.min(0).default(0),
    /** An agent that is older is not given to a lane again. */
    max_agent_age: durationSchema.refine((ms) => ms >= 1_000, 'must be at least 1s').optional(),
    /** An agent that uses more is replaced. */
    max_agent_memory: byteSizeSchema(MIB, TIB).optional(),
    /** How long an agent may take to end by itself before it is killed. */
    stop_grace: durationSchema.refine((ms) => ms <= LIMITS.stopGraceMs, 'must be at most 5m').default(2_000),
    /** Whether images come from their registries. */
    pull: z.enum(['never', 'if_missing', 'always']).default('never'),
    ...resourceFields,
    ...execFields,
    ...networkFields,
  })
  .check(withoutExec)
  .refine((c) => c.min_size <= c.max_size, {
    path: ['min_size'],
    message: 'must not be greater than max_size',
  })
  .refine((c) => c.buffer <= c.max_size, {
    path: ['buffer'],
    message: 'must not be greater than max_size',
  })
  .refine((c) => c.agent_concurrency === 1 || c.protocol === 'http', {
    path: ['agent_concurrency'],
    message: 'must be 1 with "protocol": "exec", which runs one command at a time in a container',
  })
  .refine((c) => c.memory === undefined || (c.max_agent_memory ?? 0) < c.memory, {
    path: ['max_agent_memory'],
    message: 'must be less than memory',
  })
  .refine(listsItsHosts, HOSTS_UNLISTED);
/** A validated configuration: defaults filled in, durations in milliseconds. */
export type PoolConfig = z.output<typeof poolConfigSchema>;
/** As its author writes it, durations with their units. */
export type PoolConfigInput = z.input<typeof poolConfigSchema>;

export const DEFAULT_POOL_CONFIG: PoolConfig = Object.freeze(poolConfigSchema.parse({}));

/**
 * What a configuration says that is not so by default, in one order: equal texts are equal configurations, and a
 * field that a later version adds changes the text of none that does not use it.
 */
export function canonicalConfig(config: PoolConfig): string {
  const said = Object.entries(config)
    .filter(([name, value]) => !isDefault(name as keyof PoolConfig, value))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(said);
}

function isDefault(name: keyof PoolConfig, value: unknown): boolean {
  return JSON.stringify(value) === JSON.stringify(DEFAULT_POOL_CONFIG[name]);
}

/** How many tasks so many agents of a pool serve at once. */
export function tasksAtOnce(agents: number, { agent_concurrency }: PoolConfig): number {
  return agents * agent_concurrency;
}
