import type { StateBody } from '@agentainer/contracts';
import { type Commands, print } from '../context.js';
import { jobTable, nextPageHint } from '../output/job-table.js';
import { table } from '../output/table.js';
import { jobOptions } from '../paging.js';

/** `agentainer workflow jobs`. */
export const workflowJobsCommand: Commands = (yargs, context) =>
  yargs.command(
    'jobs <id>',
    'List the jobs of a run of a workflow, in the order of its steps',
    (line) =>
      jobOptions(line.positional('id', { type: 'string', demandOption: true }))
        .option('run', { type: 'string', describe: 'Another run than the latest' })
        .option('tagged', {
          type: 'boolean',
          default: false,
          conflicts: 'run',
          describe: 'Single jobs that were created with its id, in place of those of a run',
        }),
    async (argv) => {
      const { id, limit, cursor, status, run, tagged, json } = argv;
      const client = context.client(argv);
      const page = tagged
        ? await client.listTaggedJobs(id, { limit, cursor, status })
        : await client.listWorkflowJobs(id, { limit, cursor, status, run });
      print(context.terminal, { json }, page, () => jobTable(page.items, context.terminal));
      if (!json) context.terminal.err(nextPageHint(page));
    },
  );

/** `agentainer workflow state`. */
export const workflowStateCommand: Commands = (yargs, context) =>
  yargs.command(
    'state <id> [name]',
    'Show what the tasks of a run share: all of it, or the value under one name',
    (line) =>
      line
        .positional('id', { type: 'string', demandOption: true })
        .positional('name', { type: 'string' })
        .option('run', { type: 'string', describe: 'Another run than the latest' }),
    async (argv) => {
      const { id, name, run } = argv;
      const client = context.client(argv);
      if (name === undefined) {
        const body = await client.getWorkflowState(id, { run });
        print(context.terminal, argv, body, () => stateTable(body));
      } else {
        const body = await client.getWorkflowStateValue(id, name, { run });
        print(context.terminal, argv, body, () => `${JSON.stringify(body.value)}\n`);
      }
    },
  );

function stateTable({ state }: StateBody): string {
  const rows = Object.entries(state).map(([key, value]) => [key, JSON.stringify(value)]);
  return rows.length > 0 ? table(['KEY', 'VALUE'], rows) : 'no state\n';
}
