import type { RedriveAnswer } from '@agentainer/contracts';
import type { AgentainerClient } from '@agentainer/sdk';
import { type Commands, print } from '../context.js';
import { MissingError, UsageError } from '../exit-codes.js';
import { table } from '../output/table.js';

/** Ids in one request. */
const IDS_AT_ONCE = 100;

interface Given {
  ids: string[];
  workflow?: string;
  step?: string;
  code?: string;
  all: boolean;
}

/** `agentainer dead-letters redrive`. */
export const redriveCommand: Commands = (yargs, context) =>
  yargs.command(
    'redrive [ids..]',
    'Run them again, in one new run for each run that they are of',
    (line) =>
      line
        // Without it, the last of them alone would be taken.
        .parserConfiguration({ 'duplicate-arguments-array': true, 'dot-notation': false })
        .positional('ids', { type: 'string', array: true, default: [] as string[] })
        .option('workflow', { type: 'string', describe: 'Those of this workflow' })
        .option('step', { type: 'string', describe: 'Those of steps with this name' })
        .option('code', { type: 'string', describe: 'Those with this error code' })
        .option('all', { type: 'boolean', default: false, describe: 'All of them' }),
    async (argv) => {
      const answer = await redriveEach(context.client(argv), argv);
      print(context.terminal, argv, answer, () => runsTable(answer));
      if (answer.refused.length > 0) throw new MissingError(answer.refused.map(refusalText).join('; '));
    },
  );

/** Asks until nothing is left: the server does a part at a time. */
async function redriveEach(client: AgentainerClient, given: Given): Promise<RedriveAnswer> {
  const { ids, workflow, step, code, all } = given;
  const filtered = workflow !== undefined || step !== undefined || code !== undefined;
  if ([ids.length > 0, filtered, all].filter(Boolean).length !== 1) {
    throw new UsageError('say which: ids, or a filter (--workflow, --step, --code), or --all');
  }
  const sum: RedriveAnswer = { runs: [], refused: [], next_cursor: null };
  const add = (part: RedriveAnswer) => {
    sum.runs.push(...part.runs);
    sum.refused.push(...part.refused);
    return part.next_cursor;
  };
  for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
    add(await client.redriveDeadLetters({ ids: ids.slice(from, from + IDS_AT_ONCE) }));
  }
  const wanted = all ? { all } : { workflow, step, code };
  for (let cursor: string | null | undefined = ids.length > 0 ? null : undefined; cursor !== null;) {
    cursor = add(await client.redriveDeadLetters({ ...wanted, cursor }));
  }
  return sum;
}

function runsTable({ runs }: RedriveAnswer): string {
  if (runs.length === 0) return 'nothing to run again\n';
  return table(
    ['RUN', 'REPEATS', 'JOBS'],
    runs.map(({ run_id, rerun_of, jobs }) => [run_id, rerun_of, jobs]),
  );
}

function refusalText({ id, reason, redriven_by }: RedriveAnswer['refused'][number]): string {
  switch (reason) {
    case 'no_dead_letter':
      return `${id} is no dead letter`;
    case 'redriven':
      return `the run of ${id} was redriven by ${redriven_by}`;
    case 'compensated':
      return `the run of ${id} was compensated: it can only be repeated as a whole`;
  }
}
