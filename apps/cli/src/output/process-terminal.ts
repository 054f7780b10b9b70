import type { Terminal } from './terminal.js';

/** Bytes read from standard input, at most; the server takes less. */
const MAX_INPUT = 64 * 1_024 * 1_024;
const DEFAULT_COLUMNS = 100;

/** The terminal, or the pipes, of this process. */
export function processTerminal({ noColour }: { noColour: boolean }): Terminal {
  const { stdout, stderr, stdin } = process;
  for (const stream of [stdout, stderr]) {
    // A reader that has had enough (`| head`) is no fault.
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  }
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    live: stdout.isTTY,
    liveErr: stderr.isTTY,
    colour: stdout.isTTY && !noColour,
    columns: stdout.columns ?? DEFAULT_COLUMNS,
    readInput: async () => {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of stdin as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > MAX_INPUT) throw new Error('standard input is larger than the limit');
        chunks.push(chunk);
      }
      return Buffer.concat(chunks).toString();
    },
  };
}
