import { readFileSync } from 'node:fs';
import { type Commands, print } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { table } from '../output/table.js';
import { timeText } from '../output/text.js';

/** `agentainer secrets …`. */
export const secretCommands: Commands = (yargs, context) =>
  yargs.command('secrets', 'Values that only the tasks of steps that name them are told', (line) =>
    [listCommand, setCommand, removeCommand]
      .reduce((commands, add) => add(commands, context), line)
      .demandCommand(1, 'a command is needed; see agentainer secrets --help'),
  );

const listCommand: Commands = (yargs, context) =>
  yargs.command(
    'list',
    'List their names',
    (line) => line,
    async (argv) => {
      const items = await context.client(argv).secrets.list();
      print(context.terminal, argv, { items }, () =>
        items.length === 0
          ? 'no secrets\n'
          : table(
              ['NAME', 'UPDATED'],
              items.map(({ name, updated_at }) => [name, timeText(updated_at)]),
            ),
      );
    },
  );

/** A value on the command line would stand in the shell's history and in the list of processes. */
const setCommand: Commands = (yargs, context) =>
  yargs.command(
    'set <name>',
    'Put a secret, its value read from standard input or a file',
    (line) =>
      line.positional('name', { type: 'string', demandOption: true }).option('file', {
        type: 'string',
        describe: 'The file with the value; standard input where it is not given',
      }),
    async (argv) => {
      const text = argv.file === undefined ? await context.terminal.readInput() : contentOf(argv.file);
      // What ends a line of an editor or of `echo` is seldom meant.
      const secret = await context.client(argv).secrets.put(argv.name, text.replace(/\r?\n$/, ''));
      print(context.terminal, argv, secret, () => `${secret.name} is set\n`);
    },
  );

const removeCommand: Commands = (yargs, context) =>
  yargs.command(
    'remove <name>',
    'Forget a secret',
    (line) => line.positional('name', { type: 'string', demandOption: true }),
    async (argv) => {
      const answer = await context.client(argv).secrets.remove(argv.name);
      print(context.terminal, argv, answer, () => `${answer.name} is removed\n`);
    },
  );

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--file: cannot read ${file}: ${(error as Error).message}`);
  }
}
