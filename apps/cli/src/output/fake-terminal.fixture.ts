import type { Terminal } from './terminal.js';

/** A terminal that keeps what it is told. */
export class FakeTerminal implements Terminal {
  stdout = '';
  stderr = '';
  stdin = '';
  live = false;
  liveErr = false;
  colour = false;
  columns = 120;

  out(text: string): void {
    this.stdout += text;
  }

  err(text: string): void {
    this.stderr += text;
  }

  readInput(): Promise<string> {
    return Promise.resolve(this.stdin);
  }

  /** The cells of each line of a table. */
  rows(): string[][] {
    return this.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
  }
}
