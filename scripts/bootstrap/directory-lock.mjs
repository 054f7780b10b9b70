import { spawn } from 'node:child_process';

const HOLD = 'echo locked; exec cat >/dev/null';
/** Installing and compiling take a minute or two; somebody who holds the lock for longer hangs. */
const PATIENCE_S = 900;

/**
 * Waits until this process is the only one that sets this clone up. The lock is the kernel's, on the directory
 * itself, held by a child that ends when its standard input does: it cannot be left behind.
 */
export function lockDirectory(directory) {
  return new Promise((resolve) => {
    const holder = spawn('flock', ['--wait', PATIENCE_S, directory, 'sh', '-c', HOLD], {
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    const unlock = () => holder.stdin.end();
    holder.stdin.on('error', () => undefined);
    holder.stdout.once('data', () => resolve(unlock));
    // Without `flock`, or when nobody lets go, it goes on unlocked.
    holder.once('error', () => resolve(() => undefined));
    holder.once('exit', () => resolve(() => undefined));
  });
}
