import type { JobBody, JobSummaryBody, PageBody } from '@agentainer/contracts';
import { fields, table } from './table.js';
import type { Terminal } from './terminal.js';
import { durationText, statusText, timeText } from './text.js';

/** Jobs, one a line. */
export function jobTable(jobs: readonly JobSummaryBody[], terminal: Terminal): string {
  const head = [
    'JOB',
    'WORKFLOW',
    'STEP',
    'TASK',
    'STATUS',
    'ATTEMPTS',
    'AGENT',
    'CREATED',
    'DURATION',
    'ERROR',
  ];
  const rows = jobs.map((job) => [
    job.id,
    job.workflow_id,
    job.step_id,
    job.task_id,
    statusText(job.status, terminal),
    job.attempts,
    job.agent_id,
    timeText(job.created_at),
    durationText(job.duration_ms),
    job.error?.code,
  ]);
  return jobs.length > 0 ? table(head, rows) : 'no jobs\n';
}

/** One job with all that is known of it. */
export function jobDetails(job: JobBody, terminal: Terminal): string {
  return fields([
    ['job', job.id],
    ['workflow', job.workflow_id],
    ['run', job.run_id],
    ...(job.parent_id === null ? [] : [['started by', job.parent_id] as [string, string]]),
    ['step', job.step_id],
    ['task', job.task_id],
    ['status', statusText(job.status, terminal)],
    ['attempts', job.lost_attempts > 0 ? `${job.attempts} (${job.lost_attempts} lost)` : job.attempts],
    ['agent', job.agent_id],
    ['created', timeText(job.created_at)],
    ['started', timeText(job.started_at)],
    ['finished', timeText(job.finished_at)],
    ['duration', durationText(job.duration_ms)],
    ...(job.error ? [['error', `${job.error.code}: ${job.error.message}`] as [string, string]] : []),
    ...(job.result !== undefined ? [['result', JSON.stringify(job.result)] as [string, string]] : []),
  ]);
}

/** Says how to see the next page, where there is one. */
export function nextPageHint({ next_cursor }: PageBody<unknown>): string {
  return next_cursor === null ? '' : `more: --cursor ${next_cursor}\n`;
}
