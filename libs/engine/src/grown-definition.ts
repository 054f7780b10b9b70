import {
  type Definition,
  type Fault,
  InvalidInputError,
  type Json,
  LIMITS,
  resolvePointer,
  type WorkflowStep,
} from '@agentainer/core';
import { boundedText } from './bounded-text.js';
import { checkedDefinition } from './checked-definition.js';
import type { WorkflowStore } from './ports.js';
import type { RunValues } from './values.js';

/** Bounds that hold for the runs of a workflow together; a grown definition has one run, and no workflow. */
const OF_A_WORKFLOW = ['limits', 'max_active_runs'] as const;

/**
 * What a step before resulted in, as a definition to run: a whole one, or a list of steps.
 * @throws {InvalidInputError} with all its faults
 */
export async function grownDefinition(
  values: RunValues,
  workflows: Pick<WorkflowStore, 'get'>,
  { name, definition }: WorkflowStep,
): Promise<Definition> {
  const { step, pointer } = definition!;
  const text = await boundedText(await values.ofStep(step), LIMITS.definitionBytes);
  if (text === undefined)
    throw invalid('', `the result of step ${step} has more than ${LIMITS.definitionBytes} bytes`);
  const found = resolvePointer(JSON.parse(text) as Json, pointer);
  if (found === undefined) throw invalid(pointer, `is not there in the result of step ${step}`);
  const grown = await checkedDefinition(workflows, Array.isArray(found) ? { name, steps: found } : found);
  const { config } = grown;
  const faults: Fault[] = OF_A_WORKFLOW.filter((field) => config[field] !== undefined).map((field) => ({
    path: `config.${field}`,
    message: 'is of a workflow, and this definition is of none',
  }));
  // An agent must not get at secrets by planning a step that does.
  for (const [i, planned] of grown.steps.entries()) {
    if ('secrets' in planned && planned.secrets)
      faults.push({
        path: `steps[${i}].secrets`,
        message: 'must not be given to steps that an agent planned',
      });
  }
  if (faults.length > 0) throw new InvalidInputError(faults);
  return grown;
}

function invalid(path: Fault['path'], message: string): InvalidInputError {
  return new InvalidInputError([{ path, message }]);
}
