import { openSync, readSync } from 'node:fs';

const LONGEST = 256;

/** A short file under `/proc` that is read again and again: kept open, one call a reading. */
export class ProcFile {
  private readonly descriptor: number;
  private readonly buffer = Buffer.alloc(LONGEST);

  /** @throws where there is no such file */
  constructor(path: string) {
    this.descriptor = openSync(path, 'r');
  }

  read(): string {
    return this.buffer.toString('latin1', 0, readSync(this.descriptor, this.buffer, 0, LONGEST, 0));
  }
}
