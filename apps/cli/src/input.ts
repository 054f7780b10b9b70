import { readFileSync, statSync } from 'node:fs';
import type { Json } from '@agentainer/core';
import { UsageError } from './exit-codes.js';
import type { Terminal } from './output/terminal.js';

/** Bytes of a file, at most; the server takes less. */
const MAX_FILE = 64 * 1_024 * 1_024;

/** JSON from a file, or from standard input where the file is `-`. @throws {UsageError} naming the option. */
export async function jsonFile(option: string, file: string, terminal: Terminal): Promise<Json> {
  return parseJson(option, file === '-' ? await terminal.readInput() : readFile(option, file));
}

/** JSON as given, or from the file behind an `@`. @throws {UsageError} naming the option. */
export async function jsonValue(option: string, value: string, terminal: Terminal): Promise<Json> {
  return value.startsWith('@') ? jsonFile(option, value.slice(1), terminal) : parseJson(option, value);
}

function readFile(option: string, file: string): string {
  try {
    if (statSync(file).size > MAX_FILE) throw new Error('it is larger than the limit');
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--${option}: cannot read ${file}: ${(error as Error).message}`);
  }
}

function parseJson(option: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new UsageError(`--${option}: is not JSON: ${(error as Error).message}`);
  }
}

/** For yargs: a whole number, or an error that names the option. Anything else would become NaN without a word. */
export function wholeNumber(option: string): (value: unknown) => number | undefined {
  return (value) => {
    if (value === undefined) return undefined;
    if (/^\d{1,15}$/.test(String(value))) return Number(value);
    throw new UsageError(`--${option}: must be a whole number, not "${String(value)}"`);
  };
}
