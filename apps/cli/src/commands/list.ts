import { type Commands, print } from '../context.js';
import { jobTable, nextPageHint } from '../output/job-table.js';
import { jobOptions } from '../paging.js';

/** `agentainer list`. */
export const listCommand: Commands = (yargs, context) =>
  yargs.command(
    'list',
    'List recent jobs, those of the newest run first',
    (line) => jobOptions(line),
    async (argv) => {
      const { limit, cursor, status, json } = argv;
      const page = await context.client(argv).listJobs({ limit, cursor, status });
      print(context.terminal, { json }, page, () => jobTable(page.items, context.terminal));
      if (!json) context.terminal.err(nextPageHint(page));
    },
  );
