import {
  Condition,
  type ConditionOutcome,
  type ConditionReferences,
  type ConditionValues,
  type Definition,
  type Json,
  type Step,
} from '@agentainer/core';
import { boundedText } from './bounded-text.js';
import { pick } from './pick.js';
import type { RunStore } from './ports.js';
import { type JsonText, RunValues } from './values.js';

/** Bytes of one value out of which a condition picks what it names. A larger one is refused, not read. */
export const CONDITION_SOURCE_BYTES = 1_024 * 1_024;

/**
 * Finds out whether a step's condition holds and enters the answer in the record. The first answer counts: who asks
 * later, when the state may be another one, decides by it too.
 */
export async function settleCondition(
  runs: RunStore,
  runId: string,
  definition: Definition,
  step: Step,
): Promise<void> {
  const outcome = await outcomeOf(runs, runId, definition, step.when!);
  await runs.settleCondition(runId, step.name, outcome);
}

async function outcomeOf(
  runs: RunStore,
  runId: string,
  definition: Definition,
  text: string,
): Promise<ConditionOutcome> {
  const condition = new Condition(text);
  try {
    return condition.evaluate(await valuesOf(runs, new RunValues(runs, runId, definition), runId, condition));
  } catch (error) {
    if (error instanceof TooLargeError) return { fault: error.message };
    throw error;
  }
}

async function valuesOf(
  runs: RunStore,
  values: RunValues,
  runId: string,
  { references }: Condition,
): Promise<ConditionValues> {
  const { input, state, results } = references;
  const found: ConditionValues = { input: null, state: {}, results: {} };
  if (input.length > 0) found.input = pick(await read('the input of the run', await values.input()), input);
  for (const key of new Set(state)) {
    const text = await runs.stateText(runId, key, CONDITION_SOURCE_BYTES);
    if (text === 'too_large') throw new TooLargeError(`the value of the state's key ${key}`);
    if (text !== undefined) found.state[key] = JSON.parse(text) as Json;
  }
  for (const [step, paths] of pathsByStep(results)) {
    found.results[step] = pick(await read(`the result of step ${step}`, await values.ofStep(step)), paths);
  }
  return found;
}

function pathsByStep(results: ConditionReferences['results']): Map<string, string[][]> {
  const byStep = new Map<string, string[][]>();
  for (const { step, path } of results) byStep.set(step, [...(byStep.get(step) ?? []), path]);
  return byStep;
}

async function read(what: string, text: JsonText): Promise<Json> {
  const whole = await boundedText(text, CONDITION_SOURCE_BYTES);
  if (whole === undefined) throw new TooLargeError(what);
  return JSON.parse(whole) as Json;
}

class TooLargeError extends Error {
  constructor(what: string) {
    super(`${what} is larger than ${CONDITION_SOURCE_BYTES} bytes`);
  }
}
