import type { PoolBody } from '@agentainer/contracts';
import { type Commands, print } from '../context.js';
import {
  poolDrainCommand,
  poolGetCommand,
  poolResizeCommand,
  poolResumeCommand,
  poolWarmCommand,
} from './pool-control.js';
import { table } from '../output/table.js';
import { poolAlertsCommand } from './pool-alerts.js';

const COMMANDS: Commands[] = [
  (yargs, context) => listCommand(yargs, context),
  poolGetCommand,
  poolDrainCommand,
  poolResumeCommand,
  poolWarmCommand,
  poolResizeCommand,
  poolAlertsCommand,
];

/** `agentainer pool …`. */
export const poolCommands: Commands = (yargs, context) =>
  yargs.command('pool', 'Pools of warm agents', (line) =>
    COMMANDS.reduce((commands, add) => add(commands, context), line).demandCommand(
      1,
      'a command is needed; see agentainer pool --help',
    ),
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
    'DRAINING',
    'STARTING',
    'ENDING',
    'MIN',
    'MAX',
    'WAITING',
    'SERVED',
    'ERROR',
  ];
  const rows = pools.map(({ id, host, image, agents, drained, min_size, max_size, ...pool }) => [
    ...[id, host, image],
    ...[agents.idle, agents.leased, agents.draining, agents.creating, agents.retiring],
    ...[min_size, drained ? 'DRAINED' : max_size, pool.waiting, pool.served],
    pool.error && `${pool.error.code}: ${pool.error.message}`,
  ]);
  return pools.length > 0 ? table(head, rows) : 'no pools\n';
}
