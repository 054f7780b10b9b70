import { type Definition, InvalidInputError, LIMITS, type Step, type TaskError } from '@agentainer/core';
import type { RunStore } from './ports.js';
import { RunValues } from './values.js';

/** How many tasks a step has, or why they could not be laid out. */
export type Layout = { total: number } | { error: TaskError };

/** Stores the items of a map step, one task each; other steps have one task, whose input the lane reads. Harmless when repeated. */
export async function layOutTasks(
  runs: RunStore,
  runId: string,
  definition: Definition,
  step: Step,
): Promise<Layout> {
  if (step.type !== 'map') return { total: 1 };
  try {
    const items = Array.isArray(step.items)
      ? step.items
      : await new RunValues(runs, runId, definition).resolve(step.items);
    if (!Array.isArray(items)) return invalid('the items are not a list');
    if (items.length > LIMITS.items) {
      return invalid(`${items.length} items are more than ${LIMITS.items}`);
    }
    await runs.putItems(
      runId,
      step.name,
      0,
      items.map((item) => JSON.stringify(item)),
    );
    return { total: items.length };
  } catch (error) {
    if (error instanceof InvalidInputError) return invalid(`items: ${error.message}`);
    throw error;
  }
}

function invalid(message: string): Layout {
  return { error: { code: 'INPUT_INVALID', message } };
}
