import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { engineRequest } from './engine-request.js';
import { shellFiles } from './machine-files.js';
import { nodeFiles } from './node-files.js';
import { pythonFiles } from './python-files.js';
import { type TarEntry, tarStream } from './tar.js';

const IMPORT_DEADLINE_MS = 120_000;
/** What agents are run by, as this machine has it. */
const FILES = { node: nodeFiles, python: pythonFiles };

/**
 * The name of a base image made from this machine's own node or Python, with the libraries it needs and a shell
 * where the machine has busybox: what `node:22-slim` is where a registry can be reached. Made where it is missing.
 * @throws {NotInstalledError}
 */
export async function ensureBaseImage(socketPath: string, runtime: keyof typeof FILES): Promise<string> {
  const files = distinct([...FILES[runtime](), ...shellFiles()]);
  const repository = `agentainer/${runtime}`;
  const tag = contentOf(files);
  const name = `${repository}:${tag}`;
  if ((await imageId(socketPath, name)) !== undefined) return name;
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

/** The id of an image that the engine has. */
export async function imageId(socketPath: string, name: string): Promise<string | undefined> {
  const inspect = { socketPath, method: 'GET', path: `/images/${name}/json`, timeoutMs: 10_000 } as const;
  const answer = await engineRequest(inspect).catch(() => undefined);
  return answer === undefined ? undefined : (JSON.parse(answer) as { Id: string }).Id;
}

const DIRECTORIES: TarEntry[] = [
  ...['dev', 'etc', 'proc', 'run', 'sys'].map((path) => ({ type: 'directory', path, mode: 0o755 }) as const),
  { type: 'directory', path: 'tmp', mode: 0o1777 },
];

function distinct(files: readonly TarEntry[]): TarEntry[] {
  return [...new Map(files.map((entry) => [entry.path, entry])).values()];
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
