import { type Commands, print } from '../context.js';
import { wholeNumber } from '../input.js';

/** `agentainer workflow scale`. */
export const workflowScaleCommand: Commands = (yargs, context) =>
  yargs.command(
    'scale <run> <step>',
    'Change how many tasks a step runs at once, while it runs',
    (line) =>
      line
        .positional('run', { type: 'string', demandOption: true })
        .positional('step', { type: 'string', demandOption: true })
        .option('max-parallel', {
          type: 'string',
          demandOption: true,
          coerce: wholeNumber('max-parallel'),
          describe: 'Tasks at once, at most',
        }),
    async (argv) => {
      const step = await context
        .client(argv)
        .changeStep(argv.run, argv.step, { max_parallel: argv.maxParallel });
      print(context.terminal, argv, step, () => `${step.name}: up to ${step.max_parallel} tasks at once\n`);
    },
  );
