import type { AlertBody } from '@agentainer/contracts';
import { type Commands, print } from '../context.js';
import { wholeNumber } from '../input.js';
import { table } from '../output/table.js';
import { timeText } from '../output/text.js';

/** `agentainer pool alerts`. */
export const poolAlertsCommand: Commands = (yargs, context) =>
  yargs.command(
    'alerts',
    'Show when pools were exhausted, and when they were not any longer, the latest first',
    (line) =>
      line.option('limit', { type: 'string', coerce: wholeNumber('limit'), describe: 'So many at most' }),
    async (argv) => {
      const items = await context.client(argv).listAlerts({ limit: argv.limit });
      print(context.terminal, argv, { items }, () => alertTable(items));
    },
  );

function alertTable(alerts: readonly AlertBody[]): string {
  const rows = alerts.map(({ at, type, pool }) => [
    ...[timeText(at), pool.id, type.replace('pool.', '')],
    ...[pool.agents, pool.max_size, pool.waiting],
  ]);
  return alerts.length > 0 ? table(['AT', 'POOL', 'WHAT', 'AGENTS', 'MAX', 'WAITING'], rows) : 'no alerts\n';
}
