import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { commandPath } from './command-path.js';
import { engineRequest } from './engine-request.js';
import { type TarEntry, tarStream } from './tar.js';

const IMPORT_DEADLINE_MS = 120_000;

/**
 * The name of a base image made from this machine's own node binary, with the libraries it needs and a shell
 * where the machine has busybox: what `node:22-slim` is where a registry can be reached. Made where it is missing.
 */
export async function ensureBaseImage(socketPath: string): Promise<string> {
  const files = machineFiles();
  const repository = 'agentainer/node';
  const tag = contentOf(files);
  const name = `${repository}:${tag}`;
  if (await imageExists(socketPath, name)) return name;
  await engineRequest({
    socketPath,
    method: 'POST',
    path: '/images/create',
    query: {
      fromSrc: '-',
      repo: repository,
      tag,
      changes: 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    },
    body: tarStream([...DIRECTORIES, ...files]),
    timeoutMs: IMPORT_DEADLINE_MS,
  });
  return name;
}

async function imageExists(socketPath: string, name: string): Promise<boolean> {
  const inspect = { socketPath, method: 'GET', path: `/images/${name}/json`, timeoutMs: 10_000 } as const;
  return engineRequest(inspect).then(
    () => true,
    () => false,
  );
}

const DIRECTORIES: TarEntry[] = [
  ...['dev', 'etc', 'proc', 'run', 'sys'].map((path) => ({ type: 'directory', path, mode: 0o755 }) as const),
  { type: 'directory', path: 'tmp', mode: 0o1777 },
];

function machineFiles(): TarEntry[] {
  const busybox = commandPath('busybox');
  const programs = [process.execPath, ...(busybox ? [busybox] : [])];
  const libraries = [...new Set(programs.flatMap(librariesOf))];
  return [
    ...libraries.map((source) => file(source, source.slice(1))),
    file(process.execPath, 'usr/bin/node'),
    ...(busybox
      ? [file(busybox, 'bin/busybox'), { type: 'symlink', path: 'bin/sh', target: 'busybox' } as const]
      : []),
  ];
}

function file(source: string, path: string): TarEntry {
  return { type: 'file', path, mode: 0o755, source };
}

/** The shared libraries of a program, and its loader; none for a static one, at which `ldd` fails. */
function librariesOf(program: string): string[] {
  try {
    const listing = execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return listing.match(/\/\S+/g)?.filter((path) => statSync(path, { throwIfNoEntry: false })) ?? [];
  } catch {
    return [];
  }
}

/** Tells contents apart without reading 100 MB: paths, sizes and times of change. */
function contentOf(files: readonly TarEntry[]): string {
  const parts = files.map((entry) => {
    if (entry.type !== 'file') return [entry.path];
    const { size, mtimeMs } = statSync(entry.source);
    return [entry.path, entry.source, size, mtimeMs];
  });
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
