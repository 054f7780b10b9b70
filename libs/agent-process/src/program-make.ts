import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';

/** What a program is made of: its command line and, of each part that is a file, its size and when it was written. */
export function makeOfProgram(command: readonly string[]): string {
  const parts = command.map((part) => {
    const file = part.includes('/') ? statSync(part, { throwIfNoEntry: false }) : undefined;
    return file?.isFile() ? [part, file.size, file.mtimeMs] : [part];
  });
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
