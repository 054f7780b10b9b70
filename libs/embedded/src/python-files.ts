import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandPath } from './command-path.js';
import { NotInstalledError } from './errors.js';
import { librariesOf, machineFile } from './machine-files.js';
import type { TarEntry } from './tar.js';

const WANTED = 'agents in Python need Python 3.9 or later with its standard library';
const OTHERWISE = 'on Debian: apt-get install python3; or name an image that has it: --base python:3-slim';
/** Folders of the standard library that agents have no use for, or that hold what is none of it. */
const UNNEEDED = new Set([
  ...['__pycache__', 'test', 'tests', 'idlelib', 'lib2to3', 'ensurepip', 'turtledemo'],
  ...['site-packages', 'dist-packages'],
]);
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
/** Says where libraries are that are in no usual folder. */
const LOADER_CACHE = '/etc/ld.so.cache';

/** What the machine's Python says of itself. */
interface Python {
  program: string;
  /** The folder of its standard library. */
  library: string;
  /** Where it looks for certificates. */
  certificates: string;
}

const QUESTION = `
import asyncio, http.client, json, os, ssl, sys, sysconfig
assert sys.version_info >= (3, 9), sys.version
print(json.dumps({
    'program': os.path.realpath(sys.executable),
    'library': sysconfig.get_path('stdlib'),
    'certificates': ssl.get_default_verify_paths().openssl_cafile,
}))`;

/**
 * This machine's Python with its standard library, each where it is here, and the machine's certificates.
 * @throws {NotInstalledError}
 */
export function pythonFiles(): TarEntry[] {
  const { program, library, certificates } = machinePython();
  const modules = filesBelow(library);
  const extensions = modules.filter((path) => path.endsWith('.so'));
  const files = [program, ...librariesOf(program, ...extensions), ...modules, LOADER_CACHE];
  return [
    ...files.filter(isFile).map((path) => machineFile(path)),
    ...(isFile(CERTIFICATES) ? [machineFile(CERTIFICATES, certificates.slice(1))] : []),
    ...(program === '/usr/bin/python3'
      ? []
      : [{ type: 'symlink', path: 'usr/bin/python3', target: program } as const]),
  ];
}

function machinePython(): Python {
  const program = commandPath('python3');
  if (!program) throw new NotInstalledError(`${WANTED}; python3 is not installed; ${OTHERWISE}`);
  try {
    return JSON.parse(execFileSync(program, ['-I', '-c', QUESTION], { stdio: 'pipe' }).toString()) as Python;
  } catch (cause) {
    const [reason] = String((cause as { stderr?: Buffer }).stderr ?? cause)
      .trimEnd()
      .split('\n')
      .slice(-1);
    throw new NotInstalledError(`${WANTED}; ${program} is none: ${reason}; ${OTHERWISE}`, { cause });
  }
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (!entry.isDirectory()) return isFile(path) ? [path] : [];
    return UNNEEDED.has(entry.name) || entry.name.startsWith('config-') ? [] : filesBelow(path);
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
