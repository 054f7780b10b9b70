import type { Json } from '@agentainer/core';
import { chosenRun, runChoice } from '../chosen-run.js';
import { type Commands, print } from '../context.js';
import { jsonValue } from '../input.js';

/** `agentainer workflow signal`. */
export const workflowSignalCommand: Commands = (yargs, context) =>
  yargs.command(
    'signal <id> <name>',
    'Send a signal to a run that waits for it, or will',
    (line) =>
      runChoice(line)
        .positional('name', { type: 'string', demandOption: true })
        .option('data', { type: 'string', describe: 'What the step results in: JSON, or @file' }),
    async (argv) => {
      const data = argv.data === undefined ? null : await jsonValue('data', argv.data, context.terminal);
      const client = context.client(argv);
      const run = await chosenRun(client, argv);
      const answer = await client.signalRun(run, argv.name, data);
      print(context.terminal, argv, answer, () => `sent ${argv.name} to ${run}\n`);
    },
  );

const decisionCommand =
  (decision: 'approve' | 'reject', describe: string): Commands =>
  (yargs, context) =>
    yargs.command(
      `${decision} <id> <step>`,
      describe,
      (line) =>
        runChoice(line)
          .positional('step', { type: 'string', demandOption: true })
          .option('data', { type: 'string', describe: 'The form, filled in: JSON, or @file' }),
      async (argv) => {
        const data: Json =
          argv.data === undefined ? {} : await jsonValue('data', argv.data, context.terminal);
        const client = context.client(argv);
        const run = await chosenRun(client, argv);
        const answer = await client.decideApproval(run, argv.step, { decision, data });
        const done = decision === 'approve' ? 'approved' : 'rejected';
        print(context.terminal, argv, answer, () => `${done} ${argv.step} of ${run}\n`);
      },
    );

/** `agentainer workflow approve`. */
export const workflowApproveCommand = decisionCommand('approve', 'Approve what a run waits for');
/** `agentainer workflow reject`. */
export const workflowRejectCommand = decisionCommand('reject', 'Reject what a run waits for: the step fails');
