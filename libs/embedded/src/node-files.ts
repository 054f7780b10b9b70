import { librariesOf, machineFile } from './machine-files.js';
import type { TarEntry } from './tar.js';

/** This machine's Node. */
export function nodeFiles(): TarEntry[] {
  const libraries = librariesOf(process.execPath).map((path) => machineFile(path));
  return [...libraries, machineFile(process.execPath, 'usr/bin/node')];
}
