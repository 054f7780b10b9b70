import { readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

const LIMIT_BYTES = 5_000_000;

/** The file that a child's output goes to. It is cut when a new run begins and it has grown too long. */
export class ChildLog {
  readonly path: string;

  constructor(directory: string, name: string) {
    this.path = join(directory, `${name}.log`);
    const size = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > LIMIT_BYTES) truncateSync(this.path);
  }

  /** Its last lines. */
  tail(lines = 5): string {
    return readFileSync(this.path, 'utf8').trim().split('\n').slice(-lines).join('\n');
  }
}
