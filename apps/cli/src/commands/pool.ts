import type { PoolBody } from '@agentainer/contracts';
import { type Commands, print } from '../context.js';
import { table } from '../output/table.js';

/** `agentainer pool …`. */
export const poolCommands: Commands = (yargs, context) =>
  yargs.command('pool', 'Pools of warm agents', (line) =>
    listCommand(line, context).demandCommand(1, 'a command is needed; see agentainer pool --help'),
  );

const listCommand: Commands = (yargs, context) =>
  yargs.command(
    'list',
    'List the pools of all hosts',
    (line) => line,
    async (argv) => {
      const items = await context.client(argv).listPools();
      print(context.terminal, argv, { items }, () => poolTable(items));
    },
  );

function poolTable(pools: readonly PoolBody[]): string {
  const head = [
    'POOL',
    'HOST',
    'IMAGE',
    'IDLE',
    'LEASED',
    'STARTING',
    'ENDING',
    'MIN',
    'MAX',
    'WAITING',
    'SERVED',
    'ERROR',
  ];
  const rows = pools.map(({ id, host, image, agents, config, waiting, served, error }) => [
    ...[id, host, image],
    ...[agents.idle, agents.leased, agents.creating, agents.retiring],
    ...[config.min_size, config.max_size, waiting, served],
    error && `${error.code}: ${error.message}`,
  ]);
  return pools.length > 0 ? table(head, rows) : 'no pools\n';
}
