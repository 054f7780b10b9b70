import { LOG_STREAMS } from '@agentainer/core';
import type { LogEntryBody } from '@agentainer/contracts';
import type { AgentainerClient, LogOptions } from '@agentainer/sdk';
import type { Argv } from 'yargs';
import { chosenRun, runChoice } from '../chosen-run.js';
import type { Commands, GlobalOptions } from '../context.js';
import { wholeNumber } from '../input.js';
import { LogView } from '../output/log-view.js';
import type { Terminal } from '../output/terminal.js';

/** Entries of one request. */
const PAGE = 1_000;

/** `agentainer job logs`. */
export const jobLogsCommand: Commands = (yargs, context) =>
  yargs.command(
    'logs <id>',
    'Show what a job printed',
    (line) =>
      logOptions(line.positional('id', { type: 'string', demandOption: true })).option('attempt', {
        type: 'string',
        coerce: wholeNumber('attempt'),
        describe: 'Only what this attempt printed',
      }),
    async (argv) => {
      const { id, attempt, stream, tail, follow } = argv;
      const { logs } = context.client(argv);
      const options = { attempt, stream, tail };
      const entries = follow
        ? logs.followJob(id, options)
        : pages((cursor) => logs.ofJob(id, { ...options, ...cursor }), options);
      await show(entries, context.terminal, { ...argv, nameOf: undefined });
    },
  );

/** `agentainer workflow logs`. */
export const workflowLogsCommand: Commands = (yargs, context) =>
  yargs.command(
    'logs <id>',
    'Show what the tasks of a run printed',
    (line) =>
      logOptions(runChoice(line)).option('step', {
        type: 'string',
        describe: 'Only what tasks of this step printed',
      }),
    async (argv) => {
      const { step, stream, tail, follow } = argv;
      const client = context.client(argv);
      const run = await chosenRun(client, argv);
      const options = { step, stream, tail };
      const entries = follow
        ? client.logs.followRun(run, options)
        : pages((cursor) => client.logs.ofRun(run, { ...options, ...cursor }), options);
      await show(entries, context.terminal, { ...argv, nameOf: (jobId) => jobId.slice(run.length + 1) });
    },
  );

function logOptions<T extends GlobalOptions>(line: Argv<T>) {
  return line
    .option('follow', { type: 'boolean', alias: 'f', default: false, describe: 'Go on until all has ended' })
    .option('stream', { choices: LOG_STREAMS, describe: 'Only what was printed there' })
    .option('tail', {
      type: 'string',
      coerce: wholeNumber('tail'),
      describe: 'Only so many of the last lines',
    });
}

type Page = Awaited<ReturnType<AgentainerClient['logs']['ofJob']>>;

/** All pages, one after another. The last lines are one page. */
async function* pages(
  read: (page: { cursor?: string; tail?: number; limit: number }) => Promise<Page>,
  { tail }: LogOptions,
): AsyncGenerator<LogEntryBody> {
  for (let at: { cursor?: string; tail?: number } = { tail }; ;) {
    const { items, next_cursor } = await read({ ...at, limit: PAGE });
    yield* items;
    if (next_cursor === null) return;
    at = { cursor: next_cursor };
  }
}

interface ShowOptions {
  json: boolean;
  tail?: number;
  nameOf?: (jobId: string) => string;
}

/** With JSON, one line for each entry. */
async function show(
  entries: AsyncIterable<LogEntryBody>,
  terminal: Terminal,
  { json, tail, nameOf }: ShowOptions,
): Promise<void> {
  const view = new LogView(terminal, { nameOf, isCut: tail !== undefined });
  for await (const entry of entries) {
    if (json) terminal.out(`${JSON.stringify(entry)}\n`);
    else view.add(entry);
  }
  view.end();
}
