import type { RunBody } from '@agentainer/contracts';
import type { AgentainerClient } from '@agentainer/sdk';
import { chosenRun, isRunId, runChoice } from '../chosen-run.js';
import { type Commands, print } from '../context.js';

type Ask = (client: AgentainerClient, run: string) => Promise<RunBody>;

const control =
  (name: string, describe: string, ask: Ask): Commands =>
  (yargs, context) =>
    yargs.command(`${name} <id>`, describe, runChoice, async (argv) => {
      const client = context.client(argv);
      const run = await ask(client, await chosenRun(client, argv));
      print(context.terminal, argv, run, () => `${run.id} is ${run.status}\n`);
    });

/** `agentainer workflow cancel`, `pause` and `resume`. */
export const workflowControlCommands: Commands[] = [
  control('cancel', 'End a run, with its tasks', (client, run) => client.cancelRun(run)),
  control('pause', 'Start no further task of a run until it is resumed', (client, run) =>
    client.pauseRun(run),
  ),
  control('resume', 'Let a paused run go on', (client, run) => client.resumeRun(run)),
];

/** `agentainer workflow delete`. */
export const workflowDeleteCommand: Commands = (yargs, context) =>
  yargs.command(
    'delete <id>',
    'Delete a workflow with its runs, or one run of it; none of them may be under way',
    (line) =>
      line
        .positional('id', { type: 'string', demandOption: true, describe: 'Of a workflow, or of a run' })
        .option('run', { type: 'string', describe: 'Only this run of the workflow' }),
    async (argv) => {
      const { id, run } = argv;
      const client = context.client(argv);
      const one = run !== undefined || isRunId(id) ? await chosenRun(client, { id, run }) : undefined;
      if (one === undefined) await client.deleteWorkflow(id);
      else await client.deleteRun(one);
      const deleted = one ?? id;
      print(context.terminal, argv, { id: deleted, deleted: true }, () => `deleted ${deleted}\n`);
    },
  );
