import { type Definition, InvalidInputError, validateDefinition } from '@agentainer/core';
import type { WorkflowStore } from './ports.js';

/**
 * A definition ready to be stored: it is right by itself, and the workflows that it names exist. They may be gone by the
 * time that a run needs them.
 * @throws {InvalidInputError} with all faults
 */
export async function checkedDefinition(
  workflows: Pick<WorkflowStore, 'get'>,
  input: unknown,
): Promise<Definition> {
  const definition = validateDefinition(input);
  const faults = await Promise.all(
    definition.steps.map(async (step, i) => {
      const startable = 'may_start' in step ? (step.may_start?.workflows ?? []) : [];
      const missing = await Promise.all(
        startable.map(async (id, n) =>
          (await workflows.get(id))
            ? []
            : [{ path: `steps[${i}].may_start.workflows[${n}]`, message: `workflow ${id} does not exist` }],
        ),
      );
      if (step.type !== 'workflow' || step.workflow === undefined) return missing.flat();
      if (await workflows.get(step.workflow, step.version)) return [];
      const which = step.version === undefined ? step.workflow : `${step.workflow} version ${step.version}`;
      return [{ path: `steps[${i}].workflow`, message: `workflow ${which} does not exist` }];
    }),
  );
  if (faults.flat().length > 0) throw new InvalidInputError(faults.flat());
  return definition;
}
