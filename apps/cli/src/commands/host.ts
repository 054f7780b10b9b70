import type { HostBody } from '@agentainer/contracts';
import { pressureText } from '@agentainer/core';
import { type Commands, print } from '../context.js';
import { table } from '../output/table.js';
import { printable, timeText } from '../output/text.js';

/** `agentainer host …`. */
export const hostCommands: Commands = (yargs, context) =>
  yargs.command('host', 'Machines that agents run on', (line) =>
    [
      listCommand,
      changeCommand('drain', 'Take a host out of use: its agents end once their tasks have'),
      changeCommand('resume', 'Put a host to use again'),
    ]
      .reduce((commands, add) => add(commands, context), line)
      .demandCommand(1, 'a command is needed; see agentainer host --help'),
  );

const listCommand: Commands = (yargs, context) =>
  yargs.command(
    'list',
    'List the hosts',
    (line) => line,
    async (argv) => {
      const items = await context.client(argv).hosts.list();
      print(context.terminal, argv, { items }, () => (items.length === 0 ? 'no hosts\n' : hostTable(items)));
    },
  );

const changeCommand =
  (change: 'drain' | 'resume', what: string): Commands =>
  (yargs, context) =>
    yargs.command(
      `${change} <name>`,
      what,
      (line) => line.positional('name', { type: 'string', demandOption: true }),
      async (argv) => {
        const host = await context.client(argv).hosts[change](argv.name);
        print(context.terminal, argv, host, () => hostTable([host]));
      },
    );

function hostTable(hosts: readonly HostBody[]): string {
  const rows = hosts.map(({ name, status, workers, pressure, agents, heard_at }) => [
    ...[name, statusOf(status, pressure), workers],
    ...[agents.idle, agents.leased, agents.creating, agents.retiring],
    timeText(heard_at),
  ]);
  return table(['HOST', 'STATUS', 'WORKERS', 'IDLE', 'LEASED', 'STARTING', 'ENDING', 'HEARD'], rows);
}

function statusOf(status: string, pressure: HostBody['pressure']): string {
  return pressure.length === 0 ? status : `${status}, under pressure: ${printable(pressureText(pressure))}`;
}
