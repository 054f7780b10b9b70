import type { Json } from '@agentainer/core';
import { type Commands, print } from '../context.js';
import { jsonValue } from '../input.js';

/** `agentainer workflow signal`. */
export const workflowSignalCommand: Commands = (yargs, context) =>
  yargs.command(
    'signal <run> <name>',
    'Send a signal to a run that waits for it, or will',
    (line) =>
      line
        .positional('run', { type: 'string', demandOption: true })
        .positional('name', { type: 'string', demandOption: true })
        .option('data', { type: 'string', describe: 'What the step results in: JSON, or @file' }),
    async (argv) => {
      const data = argv.data === undefined ? null : await jsonValue('data', argv.data, context.terminal);
      const answer = await context.client(argv).signalRun(argv.run, argv.name, data);
      print(context.terminal, argv, answer, () => `sent ${argv.name} to ${argv.run}\n`);
    },
  );

const decisionCommand =
  (decision: 'approve' | 'reject', describe: string): Commands =>
  (yargs, context) =>
    yargs.command(
      `${decision} <run> <step>`,
      describe,
      (line) =>
        line
          .positional('run', { type: 'string', demandOption: true })
          .positional('step', { type: 'string', demandOption: true })
          .option('data', { type: 'string', describe: 'The form, filled in: JSON, or @file' }),
      async (argv) => {
        const data: Json =
          argv.data === undefined ? {} : await jsonValue('data', argv.data, context.terminal);
        const answer = await context.client(argv).decideApproval(argv.run, argv.step, { decision, data });
        const done = decision === 'approve' ? 'approved' : 'rejected';
        print(context.terminal, argv, answer, () => `${done} ${argv.step} of ${argv.run}\n`);
      },
    );

/** `agentainer workflow approve`. */
export const workflowApproveCommand = decisionCommand('approve', 'Approve what a run waits for');
/** `agentainer workflow reject`. */
export const workflowRejectCommand = decisionCommand('reject', 'Reject what a run waits for: the step fails');
