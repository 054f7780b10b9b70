import type { FailureTolerance } from '@agentainer/core';
import { chosenRun, runChoice } from '../chosen-run.js';
import { type Commands, print } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { wholeNumber } from '../input.js';

/** `agentainer workflow change`. */
export const workflowChangeCommand: Commands = (yargs, context) =>
  yargs.command(
    'change <id> <step>',
    'Change a step while its run goes on',
    (line) =>
      runChoice(line)
        .positional('step', { type: 'string', demandOption: true })
        .option('max-parallel', {
          type: 'string',
          coerce: wholeNumber('max-parallel'),
          describe: 'Tasks at once, at most',
        })
        .option('failure-tolerance', {
          type: 'string',
          coerce: tolerance,
          describe: 'How many of its tasks may fail: a number, or a share such as 20%',
        }),
    async (argv) => {
      const { maxParallel: max_parallel, failureTolerance: failure_tolerance } = argv;
      if (max_parallel === undefined && failure_tolerance === undefined)
        throw new UsageError('say what to change: --max-parallel, or --failure-tolerance');
      const change = { max_parallel, failure_tolerance };
      const client = context.client(argv);
      const step = await client.changeStep(await chosenRun(client, argv), argv.step, change);
      const failures = step.failure_tolerance ?? 'all but one';
      print(
        context.terminal,
        argv,
        step,
        () => `${step.name}: up to ${step.max_parallel} tasks at once, ${failures} may fail\n`,
      );
    },
  );

/** What it may be, the server says. */
function tolerance(value: string | undefined): FailureTolerance | undefined {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : value;
}
