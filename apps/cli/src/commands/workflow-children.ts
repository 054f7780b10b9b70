import { chosenRun, runChoice } from '../chosen-run.js';
import { type Commands, print } from '../context.js';
import { childTable } from '../output/child-table.js';
import { nextPageHint } from '../output/job-table.js';
import { pageOptions } from '../paging.js';

/** `agentainer workflow children`. */
export const workflowChildrenCommand: Commands = (yargs, context) =>
  yargs.command(
    'children <id>',
    'List the runs that steps of a run started',
    (line) =>
      pageOptions(runChoice(line)).option('step', {
        type: 'string',
        describe: 'Only those of this step',
      }),
    async (argv) => {
      const { limit, cursor, step, json } = argv;
      const client = context.client(argv);
      const page = await client.listChildren(await chosenRun(client, argv), { limit, cursor, step });
      print(context.terminal, { json }, page, () => childTable(page.items, context.terminal));
      if (!json) context.terminal.err(nextPageHint(page));
    },
  );
