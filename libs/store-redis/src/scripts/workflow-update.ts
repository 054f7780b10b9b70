import type { Definition } from '@agentainer/core';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { Script } from '../script.js';

const script = new Script('workflow-update');

/** Versions that are kept besides the present one; runs carry their definition with them. */
export const KEPT_VERSIONS = 100;

/** Gives a workflow another definition as its next version; the version that has it, or undefined without such a workflow. */
export async function updateWorkflow(
  redis: Redis,
  keys: Keys,
  workflowId: string,
  definition: Definition,
): Promise<number | undefined> {
  const version = (await script.run(
    redis,
    [keys.workflow(workflowId), keys.workflowVersions(workflowId)],
    [JSON.stringify(definition), KEPT_VERSIONS],
  )) as number;
  return version === 0 ? undefined : version;
}
