import { createHash } from 'node:crypto';
import type { AgentStep, Definition } from './definition.js';
import { canonicalConfig, DEFAULT_POOL_CONFIG, type PoolConfig } from './pool-config.js';
import { needsAgents } from './step-kinds.js';

/** An agent on which so many different tasks failed, one after another, is not used again. */
export const MOST_FAILED_TASKS = 3;

/** What a pool is made of. Two steps with the same spec share one pool. */
export interface PoolSpec {
  /** A readable slug of the image and a hash of the whole spec; safe in keys, queue names and container names. */
  id: string;
  image: string;
  config: PoolConfig;
}

/**
 * The pool that serves a step. `execution_mode: standard` is `reuse: task`: each agent serves one task. A step that
 * holds its agent until another one has ended never shares a pool with steps that do not: nobody waits in a circle then,
 * in whatever runs.
 */
export function poolOf(
  step: Pick<AgentStep, 'image' | 'pool_config' | 'execution_mode'> & { stream?: boolean },
): PoolSpec {
  const config = {
    ...DEFAULT_POOL_CONFIG,
    ...step.pool_config,
    ...(step.execution_mode === 'standard' && { reuse: 'task' as const }),
  };
  if (config.reuse === 'task') config.max_agent_uses = 1;
  return { id: poolId(step.image, config, step.stream), image: step.image, config };
}

/** The pools that serve a definition's steps, each once. */
export function poolsOf({ steps }: Pick<Definition, 'steps'>): PoolSpec[] {
  const pools = steps.filter(needsAgents).map(poolOf);
  return [...new Map(pools.map((pool) => [pool.id, pool])).values()];
}

function poolId(image: string, config: PoolConfig, stream = false): string {
  const canonical = JSON.stringify([image, canonicalConfig(config), ...(stream ? ['stream'] : [])]);
  const hash = createHash('sha256').update(canonical).digest('hex').slice(0, 8);
  const slug = image
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32);
  return `${slug}-${hash}`;
}
