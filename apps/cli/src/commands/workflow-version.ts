import type { DefinitionInput } from '@agentainer/core';
import { type Commands, print } from '../context.js';
import { jsonFile } from '../input.js';
import { table } from '../output/table.js';
import { timeText } from '../output/text.js';

/** `agentainer workflow update`. */
export const workflowUpdateCommand: Commands = (yargs, context) =>
  yargs.command(
    'update <id>',
    'Give a workflow another definition, as its next version',
    (line) =>
      line.positional('id', { type: 'string', demandOption: true }).option('file', {
        alias: 'f',
        type: 'string',
        demandOption: true,
        describe: 'The definition as JSON, or - for standard input',
      }),
    async (argv) => {
      const definition = (await jsonFile('file', argv.file, context.terminal)) as unknown as DefinitionInput;
      const workflow = await context.client(argv).updateWorkflow(argv.id, definition);
      print(context.terminal, argv, workflow, () => `${workflow.id} is at version ${workflow.version}\n`);
    },
  );

/** `agentainer workflow versions`. */
export const workflowVersionsCommand: Commands = (yargs, context) =>
  yargs.command(
    'versions <id>',
    'List the versions of a workflow, newest first',
    (line) => line.positional('id', { type: 'string', demandOption: true }),
    async (argv) => {
      const versions = await context.client(argv).listWorkflowVersions(argv.id);
      const rows = versions.map(({ version, created_at }) => [version, timeText(created_at)]);
      print(context.terminal, argv, versions, () => table(['VERSION', 'CREATED'], rows));
    },
  );
