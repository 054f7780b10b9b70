import { type Commands, print } from '../context.js';
import { deadLetterDetails, deadLetterTable } from '../output/dead-letter-table.js';
import { nextPageHint } from '../output/job-table.js';
import { pageOptions } from '../paging.js';
import { redriveCommand } from './dead-letters-redrive.js';

/** `agentainer dead-letters …`. */
export const deadLetterCommands: Commands = (yargs, context) =>
  yargs.command('dead-letters', 'Jobs that failed for good', (line) =>
    [listCommand, getCommand, redriveCommand]
      .reduce((commands, add) => add(commands, context), line)
      .demandCommand(1, 'a command is needed; see agentainer dead-letters --help'),
  );

const listCommand: Commands = (yargs, context) =>
  yargs.command(
    'list',
    'List them, those of the run that ended last first',
    (line) =>
      pageOptions(line)
        .option('workflow', { type: 'string', describe: 'Only those of this workflow' })
        .option('step', { type: 'string', describe: 'Only those of steps with this name' })
        .option('code', { type: 'string', describe: 'Only those with this error code' }),
    async (argv) => {
      const { limit, cursor, workflow, step, code, json } = argv;
      const page = await context.client(argv).listDeadLetters({ limit, cursor, workflow, step, code });
      print(context.terminal, { json }, page, () => deadLetterTable(page.items));
      if (!json) context.terminal.err(nextPageHint(page));
    },
  );

const getCommand: Commands = (yargs, context) =>
  yargs.command(
    'get <id>',
    'Show one with its last attempts',
    (line) => line.positional('id', { type: 'string', demandOption: true }),
    async (argv) => {
      const letter = await context.client(argv).getDeadLetter(argv.id);
      print(context.terminal, argv, letter, () => deadLetterDetails(letter, context.terminal));
    },
  );
