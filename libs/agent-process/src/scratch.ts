import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where an agent's tasks may leave files: its `TMPDIR`. */
export function scratchOf(directory: string): string {
  return join(directory, 'tmp');
}

export function makeScratch(directory: string): void {
  mkdirSync(scratchOf(directory), { recursive: true });
}

/** False also where it cannot be read. */
export function isScratchEmpty(directory: string): boolean {
  try {
    return readdirSync(scratchOf(directory)).length === 0;
  } catch {
    return false;
  }
}
