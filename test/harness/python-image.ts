import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { docker } from './docker.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Debian's: it and its library are where they are in every image. */
const PYTHON = '/usr/bin/python3';
const BASE = 'agentainer-test/python:latest';
const UNNEEDED = ['__pycache__', 'test', 'lib2to3', 'idlelib', 'config-*', 'dist-packages', 'ensurepip'];

/** What `python:3-slim` is where a registry can be reached: made from the machine's own Python. */
export async function makePythonBase(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'af-python-'));
  try {
    const program = await realpath(PYTHON);
    const library = join('/usr/lib', basename(program));
    const extensions = (await readdir(join(library, 'lib-dynload'))).map((name) =>
      join(library, 'lib-dynload', name),
    );
    const { stdout: listing } = await run('ldd', [program, ...extensions]);
    const libraries = new Set([...listing.matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)].map(([, path]) => path!));
    const root = join(directory, 'root');
    for (const folder of ['tmp', 'proc', 'dev', 'sys', 'run', 'etc'])
      await mkdir(join(root, folder), { recursive: true });
    for (const path of [program, ...libraries]) {
      await mkdir(join(root, dirname(path)), { recursive: true });
      await run('cp', ['-L', path, join(root, path)]);
    }
    await symlink(basename(program), join(root, PYTHON));
    const archive = join(directory, 'root.tar');
    const left = UNNEEDED.map((name) => `--exclude=${name}`);
    await run('tar', ['-C', root, '-cf', archive, '.', ...left, '-C', '/', library.slice(1)]);
    await docker('import', '--change', 'ENV PATH=/usr/bin:/bin', archive, BASE);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Makes an image as libs/agent-kit-python/README.md says. @param agent the program's path in the repository */
export async function makePythonImage(name: string, agent: string): Promise<void> {
  const context = [
    ...['-C', join(ROOT, 'deploy/agents'), 'python.Dockerfile'],
    ...['-C', join(ROOT, 'libs/agent-kit-python'), 'agentainer_agent'],
    ...['-C', join(ROOT, dirname(agent)), '--transform', `s/^${basename(agent)}$/agent.py/`, basename(agent)],
  ];
  const directory = await mkdtemp(join(tmpdir(), 'af-python-'));
  try {
    const archive = join(directory, 'context.tar');
    await run('tar', ['-cf', archive, '--exclude=__pycache__', ...context]);
    await run('tar', ['-xf', archive, '-C', directory]);
    await rm(archive);
    const dockerfile = ['-f', join(directory, 'python.Dockerfile')];
    await docker('build', '--build-arg', `BASE=${BASE}`, ...dockerfile, '-t', name, directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
