import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Where Debian puts programs; `/usr/sbin` is not on everybody's PATH. */
const DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The path of an installed program, or undefined. */
export function commandPath(name: string): string | undefined {
  return DIRECTORIES.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
