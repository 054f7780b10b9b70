import type { RunBody } from '@agentainer/contracts';
import type { AgentainerClient } from '@agentainer/sdk';
import { chosenRun, runChoice } from '../chosen-run.js';
import { type Commands, print } from '../context.js';
import { mustHaveCompleted } from '../follow-run.js';
import { progressView } from '../output/progress.js';
import { fields, table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import { durationText, statusText, timeText } from '../output/text.js';

/** `agentainer workflow status`. */
export const workflowStatusCommand: Commands = (yargs, context) =>
  yargs.command(
    'status <id>',
    'Show how far a run is',
    (line) =>
      runChoice(line).option('watch', {
        type: 'boolean',
        alias: 'w',
        default: false,
        describe: 'Go on until the run has ended',
      }),
    async (argv) => {
      const client = context.client(argv);
      const id = await chosenRun(client, argv);
      if (argv.watch) return watch(client, id, context.terminal, argv.json);
      const run = await client.getRun(id);
      print(context.terminal, argv, run, () => runDetails(run, context.terminal));
    },
  );

/** As JSON: one line for each change, the last one with the result. */
async function watch(
  client: AgentainerClient,
  runId: string,
  terminal: Terminal,
  json: boolean,
): Promise<void> {
  const { live, colour, columns } = terminal;
  const view = progressView((text) => terminal.out(text), { live, colour, columns });
  let last = '';
  const run = await client.waitForRun(runId, {
    onProgress: (look) => {
      const change = JSON.stringify([look.status, look.steps]);
      if (change === last) return;
      last = change;
      if (json) terminal.out(`${JSON.stringify(look)}\n`);
      else view.show(look);
    },
  });
  if (!json) terminal.out(`\n${runDetails(run, terminal)}`);
  mustHaveCompleted(run);
}

function runDetails(run: RunBody, terminal: Terminal): string {
  const details = fields([
    ['run', run.id],
    ['workflow', run.workflow_id],
    ...(run.rerun_of === null ? [] : [['repeats', run.rerun_of] as [string, string]]),
    ...(run.parent ? [['started by', run.parent.job_id] as [string, string]] : []),
    ['status', statusText(run.status, terminal)],
    ['created', timeText(run.created_at)],
    ['finished', timeText(run.finished_at)],
    ['duration', durationText(run.duration_ms)],
    ...(run.error ? [['error', `${run.error.code}: ${run.error.message}`] as [string, string]] : []),
  ]);
  const head = [
    'STEP',
    'TYPE',
    'STATUS',
    'TOTAL',
    'PENDING',
    'RUNNING',
    'RETRYING',
    'COMPLETED',
    'FAILED',
    'TIMED OUT',
    'CANCELLED',
    'DURATION',
    'ETA',
  ];
  const rows = run.steps.map((step) => [
    ...[step.name, step.type, statusText(step.status, terminal)],
    ...[step.total, step.pending, step.running, step.retrying, step.completed, step.failed],
    ...[step.timed_out, step.cancelled],
    durationText(step.duration_ms),
    timeText(step.estimated_completion_at),
  ]);
  return `${details}\n${table(head, rows)}`;
}
