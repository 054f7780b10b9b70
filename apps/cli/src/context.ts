import type { AgentainerClient } from '@agentainer/sdk';
import type { Argv } from 'yargs';
import type { GivenConnection } from './config.js';
import type { Terminal } from './output/terminal.js';

/** What every command takes. */
export interface GlobalOptions {
  url: string | undefined;
  key: string | undefined;
  json: boolean;
}

/** What commands stand on. */
export interface Context {
  terminal: Terminal;
  client(given: GivenConnection): AgentainerClient;
}

/** Adds commands to a command line. */
export type Commands = (yargs: Argv<GlobalOptions>, context: Context) => Argv<GlobalOptions>;

/** Prints a result: as JSON where that was asked for, else as it is made for people. */
export function print(
  terminal: Terminal,
  { json }: { json: boolean },
  body: unknown,
  text: () => string,
): void {
  terminal.out(json ? `${JSON.stringify(body, undefined, 2)}\n` : text());
}
