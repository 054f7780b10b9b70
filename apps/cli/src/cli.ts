import { AgentainerClient } from '@agentainer/sdk';
import yargs, { type Argv } from 'yargs';
import { deadLetterCommands } from './commands/dead-letters.js';
import { secretCommands } from './commands/secrets.js';
import { listCommand } from './commands/list.js';
import { hostCommands } from './commands/host.js';
import { jobCommands } from './commands/job.js';
import { poolCommands } from './commands/pool.js';
import { upCommand } from './commands/up.js';
import { workflowCommands } from './commands/workflow.js';
import { findConnection, type GivenConnection } from './config.js';
import type { Context, GlobalOptions } from './context.js';
import { errorLine, EXIT, exitCodeOf, UsageError } from './exit-codes.js';
import { printable } from './output/text.js';
import type { Terminal } from './output/terminal.js';

const EPILOGUE = `Exit codes: 0 done, 1 unexpected failure, 2 bad input, 3 not found, 4 the run failed,
5 the server cannot be reached or does not accept the key.

The server and the key come from --url and --key, or AGENTAINER_URL and AGENTAINER_API_KEY, or the file
that "agentainer up" writes into AGENTAINER_DATA (~/.agentainer).`;

/** Runs one command line and gives its exit code. Never throws. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  const context: Context = {
    terminal,
    client: (given) => connect(given),
  };
  try {
    await commandLine(context).parseAsync(withDashValues(argv), {}, (_error, _argv, output) => {
      if (output) terminal.out(`${output}\n`);
    });
    return EXIT.ok;
  } catch (error) {
    terminal.err(`error: ${printable(errorLine(error))}\n`);
    return exitCodeOf(error);
  }
}

/** The parser takes `-` for an argument of its own; as the value of an option it stands for standard input. */
function withDashValues(argv: readonly string[]): string[] {
  return argv.flatMap((word, i) => {
    if (word === '-' && isLongOption(argv[i - 1])) return [];
    return argv[i + 1] === '-' && isLongOption(word) ? [`${word}=-`] : [word];
  });
}

function isLongOption(word: string | undefined): boolean {
  return word !== undefined && /^--[^=]+$/.test(word);
}

function connect(given: GivenConnection): AgentainerClient {
  try {
    return new AgentainerClient(findConnection(given));
  } catch (error) {
    throw new UsageError(`--url: ${(error as Error).message}`);
  }
}

function commandLine(context: Context): Argv<GlobalOptions> {
  const base: Argv<GlobalOptions> = yargs()
    .scriptName('agentainer')
    .usage('$0 <command>')
    .locale('en')
    .parserConfiguration({
      'duplicate-arguments-array': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
    })
    .option('url', { type: 'string', describe: 'Of the server' })
    .option('key', { type: 'string', describe: 'The API key' })
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON' });
  const commands = [
    upCommand,
    workflowCommands,
    listCommand,
    jobCommands,
    deadLetterCommands,
    poolCommands,
    hostCommands,
    secretCommands,
  ];
  return commands
    .reduce((line, add) => add(line, context), base)
    .demandCommand(1, 'a command is needed; see agentainer --help')
    .strict()
    .help()
    .alias('help', 'h')
    .version(false)
    .wrap(Math.min(110, context.terminal.columns))
    .epilogue(EPILOGUE)
    .exitProcess(false)
    .fail((message, error) => {
      // Only what a handler threw comes without a message of the parser's own.
      throw message ? new UsageError(message) : error;
    });
}
