import { createHash } from 'node:crypto';
import type { AgentStep, Definition } from './definition.js';
import { canonicalConfig, DEFAULT_POOL_CONFIG, type PoolConfig } from './pool-config.js';
import type { Pinned } from './pinned-images.js';
import { needsAgents } from './step-kinds.js';

/** An agent on which so many different tasks failed, one after another, is not used again. */
export const MOST_FAILED_TASKS = 3;

/** What a pool is made of. Two steps with the same spec share one pool. */
export interface PoolSpec {
  /** A readable slug of the image and a hash of the whole spec; safe in keys, queue names and container names. */
  id: string;
  image: string;
  /** What the image is: its name may stand for another one tomorrow. Without one, for whatever it is when an agent starts. */
  digest?: string;
  /** Its agents are held by steps that wait for others. */
  stream?: true;
  config: PoolConfig;
}

/**
 * The pool that serves a step. `execution_mode: standard` is `reuse: task`: each agent serves one task. A step that
 * holds its agent until another one has ended never shares a pool with steps that do not: nobody waits in a circle then,
 * in whatever runs.
 */
export function poolOf(
  step: Pick<AgentStep, 'image' | 'pool_config' | 'execution_mode'> & Pinned & { stream?: boolean },
): PoolSpec {
  const config = {
    ...DEFAULT_POOL_CONFIG,
    ...step.pool_config,
    ...(step.execution_mode === 'standard' && { reuse: 'task' as const }),
  };
  if (config.reuse === 'task') config.max_agent_uses = 1;
  return identified({
    image: step.image,
    ...(step.digest !== undefined && { digest: step.digest }),
    ...(step.stream && { stream: true }),
    config,
  });
}

/** The pool that takes the place of one whose image's name stands for another image by now. */
export function successorOf({ id: _, ...spec }: PoolSpec, digest: string): PoolSpec {
  return identified({ ...spec, digest });
}

/** The pools that serve a definition's steps, each once. */
export function poolsOf({ steps }: Pick<Definition, 'steps'>): PoolSpec[] {
  const pools = steps.filter(needsAgents).map(poolOf);
  return [...new Map(pools.map((pool) => [pool.id, pool])).values()];
}

function identified(spec: Omit<PoolSpec, 'id'>): PoolSpec {
  const { image, digest, stream, config } = spec;
  const parts = [image, canonicalConfig(config), digest, stream && 'stream'].filter(
    (part) => part !== undefined,
  );
  const canonical = JSON.stringify(parts);
  const hash = createHash('sha256').update(canonical).digest('hex').slice(0, 8);
  const slug = image
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32);
  return { id: `${slug}-${hash}`, ...spec };
}
