import { openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** What an agent may write before its log begins anew, in bytes. */
const MAX_BYTES = 1_024 * 1_024;
const EXCERPT = 8 * 1_024;

/** What an agent's process writes on standard output and error: a file that goes on without its driver. */
export class OutputLog {
  private readonly path: string;

  constructor(directory: string) {
    this.path = join(directory, 'output.log');
  }

  /** A file descriptor for the process; what it appends after a cut lands at the new end. */
  open(): number {
    return openSync(this.path, 'a', 0o600);
  }

  /** Begins the log anew where it has grown too long. */
  cut(): void {
    try {
      if (statSync(this.path).size > MAX_BYTES) truncateSync(this.path);
    } catch {
      // The agent's directory is gone, and the log with it.
    }
  }

  /** The end of what was written. */
  tail(): string {
    try {
      return readFileSync(this.path, 'utf8').trimEnd().slice(-EXCERPT);
    } catch {
      return '';
    }
  }
}
