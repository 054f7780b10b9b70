import type { StateBody } from '@agentainer/contracts';
import { chosenRun, runChoice } from '../chosen-run.js';
import { type Commands, print } from '../context.js';
import { jobTable, nextPageHint } from '../output/job-table.js';
import { table } from '../output/table.js';
import { jobOptions } from '../paging.js';

/** `agentainer workflow jobs`. */
export const workflowJobsCommand: Commands = (yargs, context) =>
  yargs.command(
    'jobs <id>',
    'List the jobs of a run, in the order of its steps',
    (line) =>
      jobOptions(runChoice(line)).option('tagged', {
        type: 'boolean',
        // Without a default: it would conflict by itself.
        conflicts: 'run',
        describe: 'Single jobs that were created with the id of the workflow, in place of those of a run',
      }),
    async (argv) => {
      const { id, limit, cursor, status, tagged, json } = argv;
      const client = context.client(argv);
      const page = tagged
        ? await client.listTaggedJobs(id, { limit, cursor, status })
        : await client.listRunJobs(await chosenRun(client, argv), { limit, cursor, status });
      print(context.terminal, { json }, page, () => jobTable(page.items, context.terminal));
      if (!json) context.terminal.err(nextPageHint(page));
    },
  );

/** `agentainer workflow state`. */
export const workflowStateCommand: Commands = (yargs, context) =>
  yargs.command(
    'state <id> [name]',
    'Show what the tasks of a run share: all of it, or the value under one name',
    (line) => runChoice(line).positional('name', { type: 'string' }),
    async (argv) => {
      const { name } = argv;
      const client = context.client(argv);
      const run = await chosenRun(client, argv);
      if (name === undefined) {
        const body = await client.getRunState(run);
        print(context.terminal, argv, body, () => stateTable(body));
      } else {
        const body = await client.getRunStateValue(run, name);
        print(context.terminal, argv, body, () => `${JSON.stringify(body.value)}\n`);
      }
    },
  );

function stateTable({ state }: StateBody): string {
  const rows = Object.entries(state).map(([key, value]) => [key, JSON.stringify(value)]);
  return rows.length > 0 ? table(['KEY', 'VALUE'], rows) : 'no state\n';
}
