import type { RunSummaryBody } from '@agentainer/contracts';
import { table } from './table.js';
import type { Terminal } from './terminal.js';
import { durationText, statusText, timeText } from './text.js';

/** Runs that tasks of another run started, one a line. */
export function childTable(runs: readonly RunSummaryBody[], terminal: Terminal): string {
  const rows = runs.map((run) => [
    run.parent?.step,
    run.parent?.index,
    run.id,
    run.workflow_id,
    statusText(run.status, terminal),
    timeText(run.created_at),
    durationText(run.duration_ms),
    run.error?.code,
  ]);
  const head = ['STEP', 'TASK', 'RUN', 'WORKFLOW', 'STATUS', 'CREATED', 'DURATION', 'ERROR'];
  return runs.length > 0 ? table(head, rows) : 'no child runs\n';
}
