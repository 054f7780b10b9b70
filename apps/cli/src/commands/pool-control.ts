import type { PoolDetailsBody } from '@agentainer/contracts';
import type { AgentainerClient } from '@agentainer/sdk';
import { type Commands, print } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { table } from '../output/table.js';
import { printable, timeText } from '../output/text.js';

export const poolGetCommand: Commands = (yargs, context) =>
  yargs.command(
    'get <pool>',
    'Show a pool on all its hosts',
    (line) => line.positional('pool', { type: 'string', demandOption: true }),
    async (argv) => {
      const pool = await context.client(argv).pools.get(argv.pool);
      print(context.terminal, argv, pool, () => poolText(pool));
    },
  );

export const poolDrainCommand = simple(
  'drain <pool>',
  'Have a pool give up its agents, and get no others',
  (client, pool) => client.pools.drain(pool),
);

export const poolResumeCommand = simple('resume <pool>', 'Undo a drain', (client, pool) =>
  client.pools.resume(pool),
);

export const poolWarmCommand: Commands = (yargs, context) =>
  yargs.command(
    'warm <pool>',
    'Have agents started ahead of need',
    (line) =>
      line
        .positional('pool', { type: 'string', demandOption: true })
        .option('count', {
          type: 'number',
          demandOption: true,
          describe: 'How many; 0 ends an earlier request',
        })
        .option('for', {
          type: 'string',
          describe: 'For how long, such as 30m; its idle timeout by default',
        }),
    async (argv) => {
      const pool = await context.client(argv).pools.warm(argv.pool, { count: argv.count, for: argv.for });
      print(context.terminal, argv, pool, () => poolText(pool));
    },
  );

export const poolResizeCommand: Commands = (yargs, context) =>
  yargs.command(
    'resize <pool>',
    'Change the sizes of a pool',
    (line) =>
      line
        .positional('pool', { type: 'string', demandOption: true })
        .option('min', { type: 'string', describe: 'The least size, or "default" for the definition’s' })
        .option('max', { type: 'string', describe: 'The greatest size, or "default" for the definition’s' }),
    async (argv) => {
      const sizes = { min_size: sizeOf('min', argv.min), max_size: sizeOf('max', argv.max) };
      const pool = await context.client(argv).pools.resize(argv.pool, sizes);
      print(context.terminal, argv, pool, () => poolText(pool));
    },
  );

function simple(
  command: string,
  describe: string,
  ask: (client: AgentainerClient, pool: string) => Promise<PoolDetailsBody>,
): Commands {
  return (yargs, context) =>
    yargs.command(
      command,
      describe,
      (line) => line.positional('pool', { type: 'string', demandOption: true }),
      async (argv) => {
        const pool = await ask(context.client(argv), argv.pool);
        print(context.terminal, argv, pool, () => poolText(pool));
      },
    );
}

function sizeOf(name: string, text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === 'default') return null;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name}: must be a number of agents, or "default"`);
  return Number(text);
}

function poolText({ hosts, ...pool }: PoolDetailsBody): string {
  const facts = [
    `pool:     ${pool.id}`,
    `image:    ${pool.image}`,
    `size:     ${pool.min_size} to ${pool.max_size} agents`,
    ...(pool.drained ? ['drained:  it starts no agents'] : []),
  ];
  const head = [
    'HOST',
    'SHARE',
    'IDLE',
    'LEASED',
    'DRAINING',
    'STARTING',
    'ENDING',
    'WAITING',
    'SERVED',
    'ERROR',
  ];
  const rows = hosts.map(({ host, share, agents, waiting, served, error, retry_at }) => [
    ...[
      host,
      share.max_size,
      agents.idle,
      agents.leased,
      agents.draining,
      agents.creating,
      agents.retiring,
      waiting,
      served,
    ],
    error &&
      `${error.code}: ${error.message}${retry_at === null ? '' : `; tried again at ${timeText(retry_at)}`}`,
  ]);
  const standings = hosts.length > 0 ? table(head, rows) : 'no host is there\n';
  return `${facts.join('\n')}\n\n${standings}${hosts.map(lastWordsText).join('')}`;
}

type OnHost = PoolDetailsBody['hosts'][number];

/** What agents said last that did not start or ended by themselves; of those that ended earlier only how. */
function lastWordsText({ host, error, deaths: [latest, ...earlier] }: OnHost): string {
  const started = error?.detail
    ? `\n${host}: the agent that did not start printed\n${indented(error.detail)}`
    : '';
  if (!latest) return started;
  const before =
    earlier.length > 0 ? `${host}, before that:\n${indented(earlier.map(deathText).join('\n'))}` : '';
  return `${started}\n${host}: ${deathText(latest)}\n${indented(latest.output)}${before}`;
}

function deathText({ agent_id, how, at }: OnHost['deaths'][number]): string {
  return `${agent_id} ${how ?? 'ended'} at ${timeText(at)}`;
}

function indented(lines: string): string {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `  ${printable(line)}\n`)
    .join('');
}
