import { TASK_TRANSITIONS, type TaskState } from '@agentainer/core';
import type { Argv } from 'yargs';
import { wholeNumber } from './input.js';

const JOB_STATUSES = Object.keys(TASK_TRANSITIONS) as TaskState[];

/** `--limit` and `--cursor`. */
export function pageOptions<T>(line: Argv<T>) {
  return line
    .option('limit', { type: 'string', coerce: wholeNumber('limit'), describe: 'How many, at most' })
    .option('cursor', { type: 'string', describe: 'Where to go on, as the page before said' });
}

/** Those, and `--status` of a job. */
export function jobOptions<T>(line: Argv<T>) {
  return pageOptions(line).option('status', { choices: JOB_STATUSES, describe: 'Only jobs that have it' });
}
