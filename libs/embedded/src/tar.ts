import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';

/** One entry of a tar archive; paths are relative, without `./`. */
export type TarEntry =
  | { type: 'directory'; path: string; mode: number }
  | { type: 'text'; path: string; mode: number; content: string | Uint8Array }
  /** A file of this machine, streamed. */
  | { type: 'file'; path: string; mode: number; source: string }
  | { type: 'symlink'; path: string; target: string };

const BLOCK = 512;
const TYPE_FLAG = { text: '0', file: '0', symlink: '2', directory: '5' } as const;

/** A tar archive (POSIX ustar), all entries owned by root and dated 1970, so that equal contents give equal bytes. */
export function tarStream(entries: readonly TarEntry[]): Readable {
  return Readable.from(blocks(entries));
}

async function* blocks(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    const size = sizeOf(entry);
    yield header(entry, size);
    if (entry.type === 'text') yield Buffer.from(entry.content);
    if (entry.type === 'file') yield* contentOf(entry.source, size);
    yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

async function* contentOf(source: string, size: number): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of createReadStream(source) as AsyncIterable<Buffer>) {
    read += chunk.length;
    yield chunk;
  }
  if (read !== size) throw new Error(`${source} changed while it was read`);
}

function sizeOf(entry: TarEntry): number {
  if (entry.type === 'text') return Buffer.byteLength(entry.content);
  return entry.type === 'file' ? statSync(entry.source).size : 0;
}

function header(entry: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const path = entry.type === 'directory' ? `${entry.path}/` : entry.path;
  if (Buffer.byteLength(path) > 100) throw new Error(`${path} is too long for a tar entry`);
  const mode = entry.type === 'symlink' ? 0o777 : entry.mode;
  block.write(path, 0);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(' '.repeat(8), 148);
  block.write(TYPE_FLAG[entry.type], 156);
  if (entry.type === 'symlink') block.write(entry.target, 157);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`;
}
