import type { DefinitionInput, Json } from '@agentainer/core';
import type { WorkflowBody } from '@agentainer/contracts';
import { type Commands, print } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { jsonFile, wholeNumber } from '../input.js';

/** `agentainer workflow create`. */
export const workflowCreateCommand: Commands = (yargs, context) =>
  yargs.command(
    'create',
    'Create a workflow from a definition',
    (line) =>
      line
        .option('file', {
          alias: 'f',
          type: 'string',
          demandOption: true,
          describe: 'The definition as JSON, or - for standard input',
        })
        .option('name', { type: 'string', describe: 'In place of the one in the file' })
        .option('description', { type: 'string', describe: 'In place of the one in the file' })
        .option('max-parallel', {
          type: 'string',
          coerce: wholeNumber('max-parallel'),
          describe: 'In place of config.max_parallel',
        })
        .option('timeout', { type: 'string', describe: 'Of a run, such as 2h; in place of config.timeout' }),
    async (argv) => {
      const definition = withOptions(await jsonFile('file', argv.file, context.terminal), argv);
      const workflow = await context.client(argv).createWorkflow(definition);
      print(context.terminal, argv, workflow, () => createdText(workflow));
    },
  );

interface DefinitionOptions {
  name?: string;
  description?: string;
  maxParallel?: number;
  timeout?: string;
}

/** The definition with what the command line says instead. What else may be wrong with it, the server tells. */
function withOptions(
  definition: Json,
  { name, description, maxParallel, timeout }: DefinitionOptions,
): DefinitionInput {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) {
    throw new UsageError('--file: is not a definition: it must be a JSON object');
  }
  const config = {
    ...(definition.config as object | undefined),
    ...(maxParallel !== undefined && { max_parallel: maxParallel }),
    ...(timeout !== undefined && { timeout }),
  };
  const merged = {
    ...definition,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(maxParallel === undefined && timeout === undefined ? {} : { config }),
  };
  return merged as unknown as DefinitionInput;
}

/** One line for a workflow that was made. */
export function createdText({ id, name }: WorkflowBody): string {
  return `created ${id} ${name}\n`;
}
