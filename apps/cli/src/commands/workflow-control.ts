import type { RunBody } from '@agentainer/contracts';
import type { AgentainerClient } from '@agentainer/sdk';
import { type Commands, print } from '../context.js';
import { MissingError } from '../exit-codes.js';

type Ask = (client: AgentainerClient, id: string, options: { run?: string }) => Promise<RunBody>;

const control =
  (name: string, describe: string, ask: Ask): Commands =>
  (yargs, context) =>
    yargs.command(
      `${name} <id>`,
      describe,
      (line) =>
        line
          .positional('id', { type: 'string', demandOption: true })
          .option('run', { type: 'string', describe: 'Another run than the latest' }),
      async (argv) => {
        const run = await ask(context.client(argv), argv.id, { run: argv.run });
        print(context.terminal, argv, run, () => `${run.id} is ${run.status}\n`);
      },
    );

/** `agentainer workflow cancel`, `pause` and `resume`. */
export const workflowControlCommands: Commands[] = [
  control('cancel', 'End a run of a workflow, with its tasks', (client, id, run) =>
    client.cancelWorkflow(id, run),
  ),
  control('pause', 'Start no further task of a run until it is resumed', (client, id, run) =>
    client.pauseWorkflow(id, run),
  ),
  control('resume', 'Let a paused run go on', (client, id, run) => client.resumeWorkflow(id, run)),
];

/** `agentainer workflow delete`. */
export const workflowDeleteCommand: Commands = (yargs, context) =>
  yargs.command(
    'delete <id>',
    'Delete a workflow with its runs, or one run of it; none of them may be under way',
    (line) =>
      line
        .positional('id', { type: 'string', demandOption: true })
        .option('run', { type: 'string', describe: 'Only this run' }),
    async (argv) => {
      const { id, run } = argv;
      const client = context.client(argv);
      if (run === undefined) await client.deleteWorkflow(id);
      else await client.deleteRun(await runOf(client, id, run));
      const deleted = run ?? id;
      print(context.terminal, argv, { id: deleted, deleted: true }, () => `deleted ${deleted}\n`);
    },
  );

/** The run's id, where it is one of the workflow's. */
async function runOf(client: AgentainerClient, workflowId: string, run: string): Promise<string> {
  const found = await client.getRun(run);
  if (found.workflow_id !== workflowId) throw new MissingError(`run ${run} is not of workflow ${workflowId}`);
  return found.id;
}
