import { formatTaskId, isTerminal, TASK_TRANSITIONS } from '@agentainer/core';
import type { StepResultBody } from '@agentainer/contracts';
import type { RunRecord, StepRecord, StoredOutcome, TaskRecord } from '@agentainer/engine';
import { z } from 'zod';
import type { RunRecords } from '../parts.js';
import { Cursor } from './cursor.js';
import { taskErrorOf } from './job-reader.js';
import type { PageRequest } from './run-reader.js';

/** Outcomes read at once: bounds what the process holds of large results. */
const CHUNK = 50;
const RESULTS = new Cursor('step-results', z.int().min(0).max(1e9));

export interface ResultsPage {
  /** The items as JSON text, read as they are sent. */
  items: AsyncIterable<string>;
  next_cursor: string | null;
}

/** One page of how the tasks of a step ended. A page is a range of tasks; those that have not ended are left out. */
export function readResults(
  runs: RunRecords,
  run: RunRecord,
  step: StepRecord,
  { limit, cursor }: PageRequest,
): ResultsPage {
  const from = RESULTS.read(cursor) ?? 0;
  const to = Math.min(from + limit, step.total);
  return {
    items: writeResults(runs, run, step, from, to),
    next_cursor: to < step.total ? RESULTS.write(to) : null,
  };
}

async function* writeResults(
  runs: RunRecords,
  run: RunRecord,
  { name }: StepRecord,
  from: number,
  to: number,
): AsyncIterable<string> {
  let separator = '[';
  for (let at = from; at < to; at += CHUNK) {
    const count = Math.min(CHUNK, to - at);
    // Tasks first: one that ends in between has its outcome then.
    const tasks = await runs.tasks(run.id, name, at, count);
    const outcomes = await runs.outcomes(run.id, name, at, count);
    const ended = tasks.filter((task) => isTerminal(TASK_TRANSITIONS, task.state));
    const texts = ended.map((task) => writeResult(run, task, outcomes[task.index - at]));
    if (texts.length === 0) continue;
    yield separator + texts.join(',');
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}

function writeResult(run: RunRecord, task: TaskRecord, outcome: StoredOutcome | undefined): string {
  const error = taskErrorOf(run, task, outcome);
  const body: StepResultBody = {
    job_id: formatTaskId(task),
    index: task.index,
    status: task.state,
    ...(error && { error }),
    ...(outcome && 'dropped' in outcome && { dropped: true as const }),
  };
  const text = JSON.stringify(body);
  return outcome && 'result' in outcome ? `${text.slice(0, -1)},"result":${outcome.result}}` : text;
}
