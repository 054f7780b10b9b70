import type { Duplex } from 'node:stream';
import { setImmediate as afterReading } from 'node:timers/promises';

const HEADER_BYTES = 8;
const STREAMS: Partial<Record<number, 'stdout' | 'stderr'>> = { 1: 'stdout', 2: 'stderr' };

/**
 * Takes apart what an engine sends of a command: frames, each a header of the stream's number, three zeros and a length
 * of four bytes, and so many bytes. What comes in no frame is the engine's own word on why nothing runs.
 */
export class FrameSplitter {
  private pending = Buffer.alloc(0);
  private left = 0;
  private stream: 'stdout' | 'stderr' = 'stdout';

  constructor(private readonly onData: (stream: 'stdout' | 'stderr', chunk: Buffer) => void) {}

  push(chunk: Buffer): void {
    let rest = this.pending.length > 0 ? Buffer.concat([this.pending, chunk]) : chunk;
    this.pending = Buffer.alloc(0);
    while (rest.length > 0) {
      if (this.left === 0) {
        if (!mayBeHeader(rest)) return this.onData('stderr', rest);
        if (rest.length < HEADER_BYTES) return void (this.pending = Buffer.from(rest));
        this.stream = STREAMS[rest[0]!] ?? 'stderr';
        this.left = rest.readUInt32BE(4);
        rest = rest.subarray(HEADER_BYTES);
      }
      const part = rest.subarray(0, this.left);
      this.left -= part.length;
      rest = rest.subarray(part.length);
      if (part.length > 0) this.onData(this.stream, part);
    }
  }

  /** Nothing more comes. */
  end(): void {
    if (this.pending.length > 0) this.onData('stderr', this.pending);
  }
}

function mayBeHeader(bytes: Buffer): boolean {
  return bytes[0]! <= 2 && [1, 2, 3].every((at) => bytes[at] === undefined || bytes[at] === 0);
}

/**
 * Sends the input, as fast as it is taken, and ends it. Where it breaks off it is left open: a command that reads it
 * must not take a part for the whole.
 */
export async function sendInput(input: AsyncIterable<Buffer>, socket: Duplex): Promise<void> {
  const gone = new Promise<void>((resolve) => socket.once('close', resolve));
  const isOver = () => socket.destroyed || socket.writableEnded || socket.readableEnded;
  try {
    for await (const chunk of input) {
      // A command need not wait for the end of its input. Writing to one that has ended would close the socket, with what
      // it had to say still in it: so that is read first.
      await afterReading();
      if (isOver()) return;
      if (!socket.write(chunk)) await Promise.race([drained(socket), gone]);
    }
  } catch {
    return;
  }
  if (!isOver()) socket.end();
}

/**
 * Resolves when the engine has said all: at the end, or where it hangs up for input is left that nobody read.
 * @throws where something may have been lost
 */
export function outputEnd(socket: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('end', resolve);
    socket.once('close', () => reject(new Error('the output of a command broke off')));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' && error.syscall === 'read') resolve();
      else reject(error);
    });
  });
}

function drained(socket: Duplex): Promise<void> {
  return new Promise((resolve) => socket.once('drain', resolve));
}
