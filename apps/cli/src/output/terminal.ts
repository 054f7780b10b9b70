/** Where a command writes to. */
export interface Terminal {
  /** The result: what a pipe gets. */
  out(text: string): void;
  /** What is for people alone. */
  err(text: string): void;
  /** Whether results are looked at by a person, and lines may be drawn over. */
  readonly live: boolean;
  /** Whether progress on the error stream may be drawn over. */
  readonly liveErr: boolean;
  readonly colour: boolean;
  /** Characters in a line. */
  readonly columns: number;
  /** The whole of standard input, up to a limit. */
  readInput(): Promise<string>;
}
