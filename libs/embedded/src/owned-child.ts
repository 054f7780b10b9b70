import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readlinkSync, realpathSync } from 'node:fs';
import { ChildLog } from './child-log.js';
import { commandPath } from './command-path.js';
import { DirectoryLock } from './directory-lock.js';
import { AlreadyRunningError, ChildFailedError } from './errors.js';
import { pollUntil } from './poll.js';
import { isAlive } from '@agentainer/runtime';

/** The exit code by which `flock` says that somebody else holds the lock. */
const LOCKED = 75;
/** How long the child of an owner that was killed may take to end by itself, in milliseconds. */
const LEFTOVER_GRACE_MS = 8_000;
const LOCK_DEADLINE_MS = 10_000;
/** A holder that just began has not written its name yet. */
const NAMELESS_PAUSE_MS = 200;
const LOCK_TRIES = 50;

export interface OwnedChildOptions {
  /** For messages and the name of the log. */
  name: string;
  /** A directory of this child alone; made where it is missing. */
  directory: string;
  /** The absolute path of the program, and its arguments. */
  command: readonly string[];
  /** How it is asked to end; where its owner is killed, this happens by itself. */
  endBy: 'SIGTERM' | 'end of stdin';
  /** How long it may take to end, in milliseconds, before it is killed. */
  graceMs: number;
  /** Whether it does its work yet; asked again and again. */
  isReady: () => Promise<boolean>;
  readyWithinMs: number;
}

/**
 * One run of a child process that works on a data directory. It holds the directory's lock as long as it
 * lives, has a process group of its own (a Ctrl-C in the terminal is for its owner, who ends it in order), and
 * ends when its owner does, however the owner ends.
 */
export class OwnedChild {
  /** The exit code or the signal's name; undefined while it runs. */
  outcome: string | undefined;
  /** Resolves with the outcome. */
  readonly exited: Promise<string>;

  private constructor(
    private readonly options: OwnedChildOptions,
    private readonly child: ChildProcess,
  ) {
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? String(code)));
    });
    void this.exited.then((outcome) => (this.outcome = outcome));
    child.stdin?.on('error', () => undefined);
  }

  /**
   * Starts the child and resolves when it is ready.
   * @throws {AlreadyRunningError} where another living process owns the directory
   * @throws {ChildFailedError} with the end of the child's log
   */
  static async start(options: OwnedChildOptions): Promise<OwnedChild> {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    const lock = new DirectoryLock(realpathSync(options.directory));
    const log = new ChildLog(options.directory, options.name);
    const child = await OwnedChild.locked(options, lock, log);
    lock.writeHolder(child.child.pid!);
    await pollUntil(async () => child.outcome !== undefined || options.isReady(), options.readyWithinMs);
    if (child.outcome === undefined && (await options.isReady())) return child;
    const why = child.outcome ? `ended (${child.outcome})` : `not ready after ${options.readyWithinMs} ms`;
    await child.stop();
    throw new ChildFailedError(options.name, why, log.tail());
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Ends the child: asked first, killed after its grace. Resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.options.endBy === 'SIGTERM') this.child.kill('SIGTERM');
    else this.child.stdin?.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), this.options.graceMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** A child that holds the directory's lock. */
  private static async locked(options: OwnedChildOptions, lock: DirectoryLock, log: ChildLog) {
    for (let tries = 0; tries < LOCK_TRIES; tries++) {
      const child = OwnedChild.spawn(options, lock, log);
      await pollUntil(
        () => Promise.resolve(child.outcome !== undefined || child.runsCommand()),
        LOCK_DEADLINE_MS,
      );
      if (child.outcome === undefined && child.runsCommand()) return child;
      if (child.outcome !== String(LOCKED)) {
        await child.stop();
        throw new ChildFailedError(options.name, `ended (${child.outcome ?? 'no lock'})`, log.tail());
      }
      await endLeftover(options.directory, lock);
    }
    throw new ChildFailedError(options.name, 'finds its directory locked', options.directory);
  }

  private static spawn(options: OwnedChildOptions, lock: DirectoryLock, log: ChildLog): OwnedChild {
    const onDeath = options.endBy === 'SIGTERM' ? [SETPRIV, '--pdeathsig', 'TERM'] : [];
    const withLock = [FLOCK, '--no-fork', '--nonblock', '--conflict-exit-code', String(LOCKED), lock.path];
    const [program, ...args] = [...onDeath, ...withLock, ...options.command] as [string, ...string[]];
    const output = openSync(log.path, 'a', 0o600);
    const child = spawn(program, args, { detached: true, stdio: ['pipe', output, output] });
    closeSync(output);
    return new OwnedChild(options, child);
  }

  /** Whether the command runs itself, so that those who start it (each replaces itself by the next) have done their part. */
  private runsCommand(): boolean {
    try {
      return !STARTERS.has(readlinkSync(`/proc/${this.child.pid}/exe`));
    } catch {
      return false;
    }
  }
}

const SETPRIV = commandPath('setpriv') ?? 'setpriv';
const FLOCK = commandPath('flock') ?? 'flock';
const STARTERS = new Set([SETPRIV, FLOCK, process.execPath].map(realPath));

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The directory is locked: by a child whose owner lives, or by one whose owner was killed, which has to go. */
async function endLeftover(directory: string, lock: DirectoryLock): Promise<void> {
  const leftover = lock.leftover();
  if (leftover) process.kill(leftover.pid, 'SIGTERM');
  const gone = await pollUntil(
    () => {
      const owner = lock.livingOwner();
      if (owner) throw new AlreadyRunningError(directory, owner.pid);
      return Promise.resolve(leftover !== undefined && !isAlive(leftover));
    },
    leftover ? LEFTOVER_GRACE_MS : NAMELESS_PAUSE_MS,
  );
  if (gone || !leftover) return;
  process.kill(leftover.pid, 'SIGKILL');
  await pollUntil(() => Promise.resolve(!isAlive(leftover)), LEFTOVER_GRACE_MS);
}
