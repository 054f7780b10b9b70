import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { CommandSignal } from '@agentainer/pool';
import { ANCHOR_SOCKET } from './anchor-paths.js';
import { anchorProgram } from './anchor-program.js';

/** How long the anchor may take to answer, in milliseconds: it does nothing but that. */
const ANSWER_MS = 2_000;
const NONE = constants.errno.ESRCH;

/** Where the program is, below the directory for programs: another program has another path. */
export function anchorPath(directory: string): string {
  const hash = createHash('sha256').update(anchorProgram()).digest('hex').slice(0, 12);
  return join(directory, `anchor-${hash}`);
}

/** Writes the program where it is missing. */
export async function ensureAnchor(directory: string): Promise<void> {
  const path = anchorPath(directory);
  const found = await stat(path).catch(() => undefined);
  if (found) return;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // In one piece, for containers may be starting that run it.
  const unfinished = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(unfinished, anchorProgram(), { mode: 0o555 });
  await rename(unfinished, path);
}

/**
 * Has the anchor of a container signal all its other processes; whether there were any.
 * @throws where it does not answer, such as when the container is frozen
 */
export function signalProcesses(directory: string, signal: CommandSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(join(directory, ANCHOR_SOCKET));
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('the container does not answer')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the container did not answer')));
    socket.on('data', ([code]) => {
      socket.destroy();
      if (code === 0 || code === NONE) resolve(code === 0);
      else reject(new Error(`signalling the container's processes failed with ${code}`));
    });
    socket.write(Buffer.of(signal === 0 ? 0 : constants.signals[signal]));
  });
}
