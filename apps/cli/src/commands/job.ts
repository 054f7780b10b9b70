import { type Commands, print } from '../context.js';
import { jsonValue } from '../input.js';
import { childTable } from '../output/child-table.js';
import { jobDetails, nextPageHint } from '../output/job-table.js';
import { followRun, mustHaveCompleted } from '../follow-run.js';
import { pageOptions } from '../paging.js';
import { jobLogsCommand } from './logs.js';
import { PRIORITY } from './workflow-start.js';

/** `agentainer job …`. */
export const jobCommands: Commands = (yargs, context) =>
  yargs.command('job', 'Single jobs without a workflow', (line) =>
    [createCommand, getCommand, jobLogsCommand, childrenCommand]
      .reduce((commands, add) => add(commands, context), line)
      .demandCommand(1, 'a command is needed; see agentainer job --help'),
  );

const createCommand: Commands = (yargs, context) =>
  yargs.command(
    'create',
    'Run one job on an agent of an image',
    (line) =>
      line
        .option('image', { type: 'string', demandOption: true, describe: 'The image of the agent' })
        .option('input', { type: 'string', describe: 'Its input: JSON, or @file' })
        .option('workflow', { type: 'string', describe: 'The id of a workflow to list it with' })
        .option('step', { type: 'string', describe: 'What to list it as' })
        .option('priority', PRIORITY)
        .option('timeout', { type: 'string', describe: 'Of one attempt, such as 5m' })
        .option('wait', { type: 'boolean', default: false, describe: 'Wait for its end' }),
    async (argv) => {
      const { image, priority, timeout, wait, json, workflow: workflow_id, step: step_id } = argv;
      const client = context.client(argv);
      const input = argv.input === undefined ? null : await jsonValue('input', argv.input, context.terminal);
      const created = await client.createJob({ image, input, priority, timeout, workflow_id, step_id });
      const run = wait ? await followRun(client, created.run_id, context.terminal) : undefined;
      const job = run ? await client.getJob(created.id) : created;
      print(context.terminal, { json }, job, () => jobDetails(job, context.terminal));
      if (run) mustHaveCompleted(run);
    },
  );

const getCommand: Commands = (yargs, context) =>
  yargs.command(
    'get <id>',
    'Show a job with its result or its error',
    (line) => line.positional('id', { type: 'string', demandOption: true }),
    async (argv) => {
      const job = await context.client(argv).getJob(argv.id);
      print(context.terminal, argv, job, () => jobDetails(job, context.terminal));
    },
  );

const childrenCommand: Commands = (yargs, context) =>
  yargs.command(
    'children <id>',
    'List the runs that a job started',
    (line) => pageOptions(line.positional('id', { type: 'string', demandOption: true })),
    async (argv) => {
      const { id, limit, cursor, json } = argv;
      const page = await context.client(argv).listJobChildren(id, { limit, cursor });
      print(context.terminal, { json }, page, () => childTable(page.items, context.terminal));
      if (!json) context.terminal.err(nextPageHint(page));
    },
  );
