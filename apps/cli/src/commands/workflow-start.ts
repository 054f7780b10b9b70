import type { Json } from '@agentainer/core';
import type { RunBody } from '@agentainer/contracts';
import type { AgentainerClient } from '@agentainer/sdk';
import { type Commands, type Context, print } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { followRun, mustHaveCompleted } from '../follow-run.js';
import { jsonFile, jsonValue, wholeNumber } from '../input.js';
import { durationText } from '../output/text.js';

/** The option of commands that start something. */
export const PRIORITY = {
  type: 'string',
  coerce: wholeNumber('priority'),
  describe: 'From 1 (most urgent) to 9; 5 by default',
} as const;

/** `agentainer workflow start`. */
export const workflowStartCommand: Commands = (yargs, context) =>
  yargs.command(
    'start <id>',
    'Start a run of a workflow',
    (line) =>
      line
        .positional('id', { type: 'string', demandOption: true })
        .option('input', { type: 'string', describe: 'Its input: JSON, or @file' })
        .option('input-file', {
          type: 'string',
          describe: 'The same from a file, or from standard input (-)',
        })
        .option('of-version', {
          type: 'string',
          coerce: wholeNumber('of-version'),
          describe: 'Another version than the latest',
        })
        .option('priority', PRIORITY)
        .option('wait', {
          type: 'boolean',
          default: false,
          describe: 'Wait for its end and print its result',
        }),
    async (argv) => {
      const input = (await givenInput(argv, context)) ?? null;
      await startRun(context, context.client(argv), {
        ...argv,
        workflowId: argv.id,
        version: argv.ofVersion,
        input,
      });
    },
  );

/** The input that the command line gives; undefined where it gives none. */
export async function givenInput(
  { input, inputFile }: { input?: string; inputFile?: string },
  { terminal }: Context,
): Promise<Json | undefined> {
  if (input !== undefined && inputFile !== undefined) {
    throw new UsageError('--input: must not be given together with --input-file');
  }
  if (inputFile !== undefined) return jsonFile('input-file', inputFile, terminal);
  return input === undefined ? undefined : jsonValue('input', input, terminal);
}

export interface StartOptions {
  workflowId: string;
  version?: number;
  priority?: number;
  input: Json;
  wait: boolean;
  json: boolean;
}

/** Starts a run; with `wait`, the result alone goes to standard output. @throws {RunFailedError} */
export async function startRun(
  context: Context,
  client: AgentainerClient,
  options: StartOptions,
): Promise<void> {
  const { workflowId, input, version, priority } = options;
  const run = await client.startWorkflow(workflowId, input, { version, priority });
  await showRun(context, client, run, options);
}

/** Tells of a run that was started; with `wait`, of its end. @throws {RunFailedError} */
export async function showRun(
  { terminal }: Context,
  client: AgentainerClient,
  started: RunBody,
  options: { wait: boolean; json: boolean },
): Promise<void> {
  if (!options.wait) {
    print(terminal, options, started, () => `started ${started.id}\n`);
    return;
  }
  terminal.err(`started ${started.id}\n`);
  const run = await followRun(client, started.id, terminal);
  if (options.json) print(terminal, options, run, () => '');
  mustHaveCompleted(run);
  terminal.err(`completed in ${durationText(run.duration_ms)}\n`);
  if (!options.json) terminal.out(`${JSON.stringify(run.result, undefined, 2)}\n`);
}
