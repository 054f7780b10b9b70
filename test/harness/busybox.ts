import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { docker } from './docker.js';

const run = promisify(execFile);

/** An image as many are: a shell, small programs and nothing of ours. Made from the machine's own busybox, as no registry can be relied on. */
export async function makeBusyboxImage(name = 'busybox:latest'): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'af-busybox-'));
  try {
    const root = join(directory, 'root');
    await mkdir(join(root, 'bin'), { recursive: true });
    await mkdir(join(root, 'tmp'));
    const { stdout: path } = await run('which', ['busybox']);
    await copyFile(path.trim(), join(root, 'bin/busybox'));
    const { stdout: list } = await run('busybox', ['--list']);
    for (const applet of list.split('\n').filter((one) => one && one !== 'busybox'))
      await symlink('busybox', join(root, 'bin', applet));
    const archive = join(directory, 'root.tar');
    await run('tar', ['-C', root, '-cf', archive, '.']);
    await docker('import', '--change', 'CMD ["sh"]', archive, name);
  } finally {
    await rm(directory, { recursive: true });
  }
}
