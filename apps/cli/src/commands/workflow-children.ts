import type { RunSummaryBody } from '@agentainer/contracts';
import { type Commands, print } from '../context.js';
import { nextPageHint } from '../output/job-table.js';
import { table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import { durationText, statusText, timeText } from '../output/text.js';
import { pageOptions } from '../paging.js';

/** `agentainer workflow children`. */
export const workflowChildrenCommand: Commands = (yargs, context) =>
  yargs.command(
    'children <run>',
    'List the runs that steps of a run started',
    (line) =>
      pageOptions(line.positional('run', { type: 'string', demandOption: true })).option('step', {
        type: 'string',
        describe: 'Only those of this step',
      }),
    async (argv) => {
      const { run, limit, cursor, step, json } = argv;
      const page = await context.client(argv).listChildren(run, { limit, cursor, step });
      print(context.terminal, { json }, page, () => childTable(page.items, context.terminal));
      if (!json) context.terminal.err(nextPageHint(page));
    },
  );

function childTable(runs: readonly RunSummaryBody[], terminal: Terminal): string {
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
