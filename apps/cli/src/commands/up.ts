import type { Commands } from '../context.js';
import { wholeNumber } from '../input.js';

/** `agentainer up`. */
export const upCommand: Commands = (yargs, { terminal }) =>
  yargs.command(
    'up',
    'Run a whole instance in this process: API, worker and controller, with a Redis of its own',
    (line) =>
      line
        .option('data', { type: 'string', describe: 'Directory for everything that is kept' })
        .option('port', { type: 'string', coerce: wholeNumber('port'), describe: 'Of the API (8081)' })
        .option('bind', { type: 'string', describe: 'Address that the API listens on (127.0.0.1)' }),
    async ({ data, port, bind }) => {
      // Loaded only here: the other commands are clients, and start in a tenth of the time without it.
      const { up } = await import('@agentainer/standalone');
      await up({ dataDirectory: data, port, bind, print: (line) => terminal.out(`${line}\n`) });
    },
  );
