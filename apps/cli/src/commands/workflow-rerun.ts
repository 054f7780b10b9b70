import { chosenRun, runChoice } from '../chosen-run.js';
import type { Commands } from '../context.js';
import { givenInput, showRun } from './workflow-start.js';

/** `agentainer workflow rerun`. */
export const workflowRerunCommand: Commands = (yargs, context) =>
  yargs.command(
    'rerun <id>',
    'Repeat a run that has ended, as a new run',
    (line) =>
      runChoice(line)
        .option('from', { type: 'string', describe: 'The step to begin with; results before it are kept' })
        .option('failed-only', {
          type: 'boolean',
          default: false,
          describe: 'Only the tasks that did not complete, and what depends on them',
        })
        .option('input', { type: 'string', describe: 'Another input: JSON, or @file' })
        .option('input-file', {
          type: 'string',
          describe: 'The same from a file, or from standard input (-)',
        })
        .option('wait', {
          type: 'boolean',
          default: false,
          describe: 'Wait for its end and print its result',
        }),
    async (argv) => {
      const client = context.client(argv);
      const run = await chosenRun(client, argv);
      const { from: from_step, failedOnly: failed_only } = argv;
      const input = await givenInput(argv, context);
      await showRun(context, client, await client.rerunRun(run, { from_step, failed_only, input }), argv);
    },
  );
