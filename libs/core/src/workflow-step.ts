import { z } from 'zod';
import { failureToleranceSchema } from './failure-tolerance.js';
import { itemsSchema } from './item-source.js';
import { LIMITS } from './limits.js';
import { nameSchema, pointerSchema, workflowIdSchema } from './names.js';

/** The fields that say what a workflow step runs, and those of a map over it. */
export const workflowFields = {
  workflow: workflowIdSchema.optional(),
  /** In place of a workflow: a definition, or a list of steps, that a step before resulted in. */
  definition: z.strictObject({ step: nameSchema, pointer: pointerSchema.default('') }).optional(),
  /** The one that is the latest when a child run is started, unless it is given. */
  version: z.int().min(1).optional(),
  items: itemsSchema.optional(),
  max_parallel: z.int().min(1).max(LIMITS.parallel).optional(),
  continue_on_partial: z.boolean().optional(),
  failure_tolerance: failureToleranceSchema.optional(),
  on_failure: z.enum(['finish', 'fail_fast']).optional(),
};

const OF_A_MAP = ['max_parallel', 'continue_on_partial', 'failure_tolerance', 'on_failure'] as const;

/** What of a workflow step would be ignored beside its other fields. */
export function checkWorkflowFields(
  step: Partial<Record<'workflow' | 'version' | 'definition' | 'items' | 'input', unknown>> &
    Partial<Record<(typeof OF_A_MAP)[number], unknown>>,
  context: z.RefinementCtx,
): void {
  const fault = (field: string, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message });
  if (step.workflow === undefined && step.definition === undefined)
    fault('workflow', 'must be given, unless definition is');
  if (step.workflow !== undefined && step.definition !== undefined)
    fault('definition', 'must not be given together with workflow');
  if (step.version !== undefined && step.workflow === undefined) fault('version', 'needs workflow');
  if (step.items !== undefined && step.input !== undefined) {
    fault('input', 'must not be given together with items, each of which is the input of a run');
  }
  if (step.items !== undefined) return;
  for (const field of OF_A_MAP) if (step[field] !== undefined) fault(field, 'needs items');
}
