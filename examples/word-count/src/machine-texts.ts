import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A folder of real texts that most machines have, and which of its files are texts. */
interface Shelf {
  directory: string;
  isText: (name: string) => boolean;
}

const SHELVES: Shelf[] = [
  { directory: '/usr/share/common-licenses', isText: () => true },
  { directory: '/usr/share/doc', isText: (name) => name === 'copyright' },
  {
    directory: fileURLToPath(new URL('../../../node_modules', import.meta.url)),
    isText: (name) => /^(licen[sc]e|readme|changelog)/i.test(name) || name.endsWith('.md'),
  },
];
const DEPTH = 4;
/** Of each shelf. */
const SHARE = 200;
const BYTES = { min: 500, max: 100_000 };

/** Several hundred licences and documents of this machine: their paths, in an order that is always the same. */
export function findTexts(): string[] {
  return SHELVES.flatMap((shelf) => filesOf(shelf, shelf.directory, DEPTH).slice(0, SHARE));
}

export function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

function filesOf(shelf: Shelf, directory: string, depth: number): string[] {
  const found: string[] = [];
  for (const name of namesIn(directory)) {
    const path = join(directory, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory() && depth > 0) found.push(...filesOf(shelf, path, depth - 1));
    if (stats?.isFile() && shelf.isText(name) && stats.size >= BYTES.min && stats.size <= BYTES.max)
      found.push(path);
    if (found.length >= SHARE) return found;
  }
  return found;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
