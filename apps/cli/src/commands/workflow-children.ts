import { type Commands, print } from '../context.js';
import { childTable } from '../output/child-table.js';
import { nextPageHint } from '../output/job-table.js';
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
