import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { commandPath } from './command-path.js';
import type { TarEntry } from './tar.js';

/** A program or library of this machine, at this path of an image; by default where it is here. */
export function machineFile(source: string, path = source.slice(1)): TarEntry {
  return { type: 'file', path, mode: 0o755, source };
}

/** A shell, where the machine has busybox. */
export function shellFiles(): TarEntry[] {
  const busybox = commandPath('busybox');
  if (!busybox) return [];
  return [
    ...librariesOf(busybox).map((path) => machineFile(path)),
    machineFile(busybox, 'bin/busybox'),
    { type: 'symlink', path: 'bin/sh', target: 'busybox' },
  ];
}

/** The shared libraries of a program, and its loader; none for a static one, at which `ldd` fails. */
export function librariesOf(...programs: string[]): string[] {
  try {
    const listing = execFileSync('ldd', programs, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const paths = [...listing.matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)].map(([, path]) => path!);
    return [...new Set(paths)].filter((path) => statSync(path, { throwIfNoEntry: false }));
  } catch {
    return [];
  }
}
