import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf, isAlive, type ProcessIdentity } from '@agentainer/runtime';

/** Who works on a data directory: a child, and the process that started it. */
export interface LockHolder {
  owner: ProcessIdentity;
  child: ProcessIdentity;
}

/**
 * The lock of a data directory. The child that works on the data holds it (flock) as long as it lives, so two
 * children never write the same files and a crash leaves nothing stale. A file beside it names the holder, for
 * those who find the directory locked; that file alone decides nothing.
 */
export class DirectoryLock {
  readonly path: string;
  private readonly holderPath: string;

  constructor(directory: string) {
    this.path = join(directory, 'lock');
    this.holderPath = join(directory, 'holder.json');
  }

  /** Names this process and its child as the holders. */
  writeHolder(childPid: number): void {
    const draft = `${this.holderPath}.${process.pid}`;
    const holder = { owner: identityOf(process.pid), child: identityOf(childPid) };
    writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
    renameSync(draft, this.holderPath);
  }

  /** The holders as they were last named; they may have ended since. */
  lastHolder(): LockHolder | undefined {
    try {
      const named = JSON.parse(readFileSync(this.holderPath, 'utf8')) as Partial<LockHolder>;
      return named.owner && named.child ? { owner: named.owner, child: named.child } : undefined;
    } catch {
      return undefined;
    }
  }

  /** The owner of the child that holds the lock, where both still run. */
  livingOwner(): ProcessIdentity | undefined {
    const holder = this.lastHolder();
    return holder && isAlive(holder.child) && isAlive(holder.owner) ? holder.owner : undefined;
  }

  /** A child that runs on after its owner ended. */
  leftover(): ProcessIdentity | undefined {
    const holder = this.lastHolder();
    return holder && !isAlive(holder.owner) && isAlive(holder.child) ? holder.child : undefined;
  }
}
